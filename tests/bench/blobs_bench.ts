/**
 * Blobs on SQLite against chunks by hand on node:sqlite, in one process, interleaved.
 *
 * `deno task bench:blobs`; `--mib=64` takes less than 512 MiB, `--chunks` compares sizes of chunks. It ends with
 * exit code 1 when contents differ, not when a target is missed.
 *
 * @module
 */
import { type BlobContestant, contentOf, type OpenBlobs } from "./blobs/contestant.ts";
import { raw } from "./blobs/raw.ts";
import { strata } from "./blobs/strata.ts";
import { compare, type Figures, type Work } from "./harness.ts";
import { asText, type Verdict, verdict } from "./report.ts";

const MIB = 1 << 20;
const mib = Number(Deno.args.find((arg) => arg.startsWith("--mib="))?.slice(6) ?? 512);
const contestants: readonly BlobContestant[] = Deno.args.includes("--chunks")
  ? [raw, ...[64, 128, 256, 512].map((kib) => strata(`${kib} KiB`, kib << 10))]
  : [raw, strata("strata")];
const RANGE = 64 << 10;
const RANGES = 200;

/** How much the resident set of a process of its own grows at most by a put, and by a get, in MiB. */
async function growth(name: string, folder: string): Promise<[put: number, get: number]> {
  const script = new URL("./blobs/growth.ts", import.meta.url);
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", "--v8-flags=--expose-gc", script.href],
      ...[name, folder, `${mib}`],
    ],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`The process of ${name} failed`);
  const [put = NaN, get = NaN] = new TextDecoder().decode(stdout).trim().split(" ").map(Number);
  return [put, get];
}

async function sizeOf(path: string): Promise<number> {
  const { size } = await Deno.stat(path);
  const wal = await Deno.stat(`${path}-wal`).catch(() => ({ size: 0 }));
  return size + wal.size;
}

const start = performance.now();
const folder = await Deno.makeTempDir({ prefix: "strata_bench_" });
try {
  const open: { name: string; path: string; blobs: OpenBlobs }[] = [];
  for (const { name, open: begin } of contestants) {
    const path = `${folder}/${open.length}.db`;
    open.push({ name, path, blobs: await begin(path) });
  }
  const rounds = { warmUp: 1, rounds: 5, garbage: "major" } as const;
  let seed = 0;
  let bytes = 0;
  const works: Work[] = [
    await compare(
      `put ${mib} MiB`,
      open.map(({ name, blobs }) => ({
        ...{ name, ops: mib },
        run: () => blobs.put("timed", contentOf(mib * MIB, ++seed)),
        after: () => blobs.remove("timed"),
      })),
      rounds,
    ),
  ];
  const hashes = new Set<string>();
  for (const { blobs } of open) hashes.add(await blobs.put("kept", contentOf(mib * MIB, 0)));
  if (hashes.size > 1) throw new Error("The hashes differ");
  works.push(
    await compare(
      `get ${mib} MiB`,
      open.map(({ name, blobs }) => ({
        ...{ name, ops: mib },
        async run() {
          bytes = await blobs.read("kept");
          if (bytes !== mib * MIB) throw new Error(`${name} gave ${bytes} bytes`);
        },
      })),
      rounds,
    ),
    await compare(
      "range of 64 KiB",
      open.map(({ name, blobs }) => ({
        ...{ name, ops: RANGES },
        async run(round: number) {
          for (let i = 0; i < RANGES; i++) {
            const at = ((round * RANGES + i) * 7_919_999) % (mib * MIB - RANGE);
            bytes = (await blobs.range("kept", at, at + RANGE)).length;
          }
        },
      })),
      { warmUp: 2, rounds: 10, garbage: "major" },
    ),
  );
  const verdicts: Verdict[] = [];
  const own = contestants.at(-1)?.name ?? "";
  const ratio = (title: string, work: Work | undefined, limit: number): void => {
    const [ours, hand] = [work?.figures.get(own), work?.figures.get("raw")];
    if (!ours || !hand) return;
    const by = (what: keyof Figures) => ours[what] / hand[what];
    verdicts.push(verdict(title, { figure: by("median"), least: by("min") }, { limit }));
  };
  ratio(`put ${mib} MiB`, works[0], 1 / 0.8);
  ratio(`get ${mib} MiB`, works[1], 1 / 0.8);
  const range = works[2]?.figures.get(own);
  if (range) {
    const { median: figure, min: least } = range;
    verdicts.push(verdict("range of 64 KiB", { figure, least }, { limit: 1_000, unit: "us" }));
  }
  const last = open.at(-1);
  if (last) {
    for (const name of ["raw", "strata"]) {
      const [put, get] = await growth(name, folder);
      for (const [what, figure] of [["put", put], ["get", get]] as const) {
        const title = `${name}: ${what}, RSS`;
        verdicts.push(verdict(title, { figure, least: figure }, { limit: 64, unit: "MiB" }));
      }
    }
    await last.blobs.put("grown", contentOf(mib * MIB, ++seed));
    const before = await sizeOf(last.path);
    await last.blobs.put("again", contentOf(mib * MIB, seed));
    const more = (await sizeOf(last.path) - before) / 1_024 / 1_024;
    const figures = { figure: more, least: more };
    verdicts.push(verdict("the same again", figures, { limit: 4 / 1_024, unit: "MiB" }));
  }
  for (const { blobs } of open) await blobs.close();
  const seconds = (performance.now() - start) / 1_000;
  console.log(asText({ works, heap: [], verdicts, seconds }));
} finally {
  await Deno.remove(folder, { recursive: true });
}
