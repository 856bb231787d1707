/** @jsxImportSource preact */
import type { JSX } from "preact";
import type { Plan } from "@strata/data";
import type { Report } from "../answer.ts";
import { useExplorer } from "./explorer.ts";
import { timeText } from "./words.ts";

const TITLES: Readonly<Record<string, string>> = {
  cities: "Table",
  continents: "Continents",
  dots: "Map",
};

/** Who answered each question, how long it took, and by which plan. */
export function AnswerPanel(): JSX.Element {
  const { reports } = useExplorer();
  return (
    <section class="card answers" aria-labelledby="answers-title">
      <h2 id="answers-title">Who answered</h2>
      {Object.entries(TITLES).map(([name, title]) => {
        const report = reports.value[name];
        return report && <Answered key={name} title={title} report={report} />;
      })}
    </section>
  );
}

function Answered({ title, report }: { title: string; report: Report }): JSX.Element {
  const { source, ms, plan } = report;
  return (
    <details>
      <summary>
        <span>{title}</span>
        <span class="source">{source}</span>
        <b>{timeText(ms)}</b>
      </summary>
      {plan && <PlanSteps plan={plan} />}
    </details>
  );
}

function PlanSteps({ plan: { steps, order, live, sql } }: { plan: Plan }): JSX.Element {
  return (
    <>
      <ol>
        {steps.map(({ table, access, index, range, residual }, i) => (
          <li key={i}>
            <b>{table}</b> by {access} {index && <code>{index}</code>}
            {range && (
              <>
                where <code>{range}</code>
              </>
            )}
            {residual && (
              <>
                , then <code>{residual}</code>
              </>
            )}
          </li>
        ))}
        <li>
          {order === "index" ? "in the order of the index" : order === "sort" ? "sorted" : ""}
        </li>
      </ol>
      <p>Live: {live === "maintained" ? "kept current by each commit" : "asked again"}</p>
      {sql && <pre tabIndex={0}>{sql}</pre>}
    </>
  );
}
