import type { Answer, Maybe, Request, Work } from "../../db/driver.ts";

/** Answers a request, at once or later. */
export type Perform = (request: Request) => Maybe<Answer>;

/** Runs work, at once as far as answers come at once. */
export function drive<T>(work: Work<T>, perform: Perform): Maybe<T> {
  return goOn(work, perform, work.next());
}

function goOn<T>(work: Work<T>, perform: Perform, begun: IteratorResult<Request, T>): Maybe<T> {
  let step = begun;
  while (!step.done) {
    let answer: Maybe<Answer>;
    try {
      answer = perform(step.value);
    } catch (error) {
      step = work.throw(error);
      continue;
    }
    if (answer instanceof Promise) {
      return answer.then(
        (value) => goOn(work, perform, work.next(value)),
        (error) => goOn(work, perform, work.throw(error)),
      );
    }
    step = work.next(answer);
  }
  return step.value;
}
