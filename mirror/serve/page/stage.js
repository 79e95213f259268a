// What is on the stage: the start, a picture, a job or a film; and what is said over it.

import { say, sayProblem } from "./language.js";

const element = (id) => document.getElementById(id);
const VIEWS = ["start", "canvas", "job", "film", "watched"];

/** Show one of the views. */
export function show(view) {
  for (const id of VIEWS) element(id).hidden = id !== view;
  if (view !== "film") element("film").pause();
}

export function setBusy(isBusy) {
  element("busy").hidden = !isBusy;
}

export function complain(problem) {
  notice(sayProblem(problem));
}

export function notice(text) {
  element("banner-text").textContent = text;
  element("banner").hidden = !text;
}

/** Show figures: pairs of a word's key and a text. */
export function showFigures(pairs) {
  element("figures").replaceChildren(
    ...pairs.flatMap(([key, text]) => [
      Object.assign(document.createElement("dt"), { textContent: say(key) }),
      Object.assign(document.createElement("dd"), { textContent: text }),
    ]),
  );
}

/** Name what is looked at, and say whether it can be downloaded. */
export function describe(name, canDownload) {
  element("name").textContent = name;
  element("download").disabled = !canDownload;
}

/** Give a file to whoever sits here. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export function milliseconds(value) {
  return say("ms", { value: value < 10 ? value.toFixed(1) : Math.round(value) });
}
