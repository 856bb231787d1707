/**
 * Everything that the demo asks, from the plain to the odd.
 *
 * @module
 */
import type { Question } from "./ask.ts";
import { cityQuestions } from "./city_questions.ts";
import { countryQuestions } from "./country_questions.ts";
import { filmQuestions } from "./film_questions.ts";

export const questions: readonly Question[] = [
  ...cityQuestions,
  ...countryQuestions,
  ...filmQuestions,
];
