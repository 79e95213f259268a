// Says things in the browser's language.

import { problemWords } from "./problem_words.js";
import { words } from "./words.js";

export const language = spokenOf(navigator.languages);

/** The first of a browser's languages that the page speaks; Traditional Chinese reads Simplified. */
export function spokenOf(wanted) {
  const known = wanted.map((tag) => tag.toLowerCase().split("-")[0]);
  return known.find((tag) => tag in words) ?? "en";
}

export function say(key, fields = {}) {
  return filled(words[language][key] ?? words.en[key] ?? key, fields);
}

/** What a part is called: its own name, capitalised, where the language has no other. */
export function partName(name) {
  const plain = name.replaceAll("-", " ");
  return words[language][`part.${name}`] ?? plain[0].toUpperCase() + plain.slice(1);
}

/** What a problem is in words: what happened, and what to do. */
export function sayProblem(problem) {
  const known = problemWords[language];
  const { max_bytes: bytes, max_pixels: pixels } = problem.fields ?? {};
  return filled(known[problem.code] ?? known.other, {
    ...problem.fields,
    detail: problem.detail || problem.code,
    megabytes: bytes ? Math.round(bytes / 2 ** 20) : "?",
    megapixels: pixels ? Math.round(pixels / 1e6) : "?",
    seconds: problem.retryAfter ?? "?",
  });
}

/** Fill in the words of everything that says which it wants. */
export function translate(root) {
  document.documentElement.lang = language === "zh" ? "zh-Hans" : language;
  for (const element of root.querySelectorAll("[data-say]")) {
    element.textContent = say(element.dataset.say);
  }
  for (const element of root.querySelectorAll("[data-say-label]")) {
    element.setAttribute("aria-label", say(element.dataset.sayLabel));
  }
}

function filled(text, fields) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => fields[name] ?? whole);
}
