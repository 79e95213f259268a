// The service's own cameras: which there are, how they are, what they see; and further ones, where
// the service lets clients have them opened.

import { say } from "./language.js";
import { endOfHeaders } from "./multipart.js";
import { Problem, ask, pause, problemOf } from "./service.js";
import { complain, describe, save, show, showFigures } from "./stage.js";

const element = (id) => document.getElementById(id);
const LOOKS_MS = 1000; // between looks at the list

export class Watch {
  /** refresh: presents it, where it is what is looked at; attempt: does what may fail, and says so. */
  constructor(refresh, attempt) {
    Object.assign(this, { refresh, attempt, cameras: [], mayAdd: false, name: null, blob: null });
    Object.assign(this, { under: null, timer: null, complained: null });
    element("camera-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.attempt(() => this.#add());
    });
  }

  present() {
    if (this.timer === null) this.#follow();
    const camera = this.cameras.find((one) => one.name === this.name);
    show(this.blob ? "watched" : "start");
    element("watched").alt = say("watched", { name: this.name ?? "" });
    element("start-button").hidden = true;
    describe(camera ? camera.name : "", this.blob !== null);
    showFigures(camera ? figuresOf(camera) : []);
    this.#list();
  }

  redraw() {} // the service draws

  download() {
    save(this.blob, `${this.name}.jpg`);
  }

  /** Stop looking, when something else is looked at. */
  leave() {
    clearTimeout(this.timer);
    this.timer = null;
    this.#turnTo(null);
    element("start-button").hidden = false;
  }

  /** Look at the list now, and then again and again. */
  async #follow() {
    clearTimeout(this.timer);
    const mine = (this.timer = setTimeout(() => this.#follow(), LOOKS_MS));
    try {
      const said = await (await ask("/v1/cameras")).json();
      if (this.timer !== mine) return;
      Object.assign(this, { cameras: said.cameras, mayAdd: said.may_add, complained: null });
      this.#chooseOne();
      this.refresh();
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code !== this.complained) this.attempt(() => Promise.reject(problem));
      this.complained = problem.code;
    }
  }

  #chooseOne() {
    const isThere = this.cameras.some((camera) => camera.name === this.name);
    if (!isThere) this.#turnTo(this.cameras[0]?.name ?? null);
  }

  #turnTo(name) {
    this.under?.abort();
    Object.assign(this, { name, blob: null, under: null });
    if (name !== null) this.#look(name, (this.under = new AbortController()).signal);
  }

  /** Show what a camera sees until the signal says otherwise; come back to one that was away. */
  async #look(name, signal) {
    for (let failed = 0; !signal.aborted; failed += 1) {
      try {
        const response = await ask(`/v1/cameras/${name}/stream.mjpeg`, { signal });
        for await (const blob of picturesOf(response.body)) {
          if (signal.aborted) return;
          failed = 0;
          this.#show(blob);
        }
      } catch (error) {
        if (signal.aborted) return;
        const problem = error instanceof Problem ? error : new Problem("page.unreachable");
        if (problem.code !== "page.unreachable") complain(problem);
      }
      await pause(failed);
    }
  }

  #show(blob) {
    const isFirst = this.blob === null;
    const picture = element("watched");
    const before = picture.src;
    picture.src = URL.createObjectURL(blob);
    if (before) URL.revokeObjectURL(before);
    this.blob = blob;
    if (isFirst) this.refresh();
  }

  async #add() {
    const [name, source] = ["camera-name", "camera-source"].map((id) => element(id).value.trim());
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ name, source });
    await ask("/v1/cameras", { method: "POST", headers, body });
    element("camera-form").reset();
    this.#turnTo(name);
    await this.#follow();
  }

  async #remove(name) {
    await ask(`/v1/cameras/${name}`, { method: "DELETE" });
    await this.#follow();
  }

  // the panel

  #list() {
    element("camera-form").hidden = !this.mayAdd;
    element("no-cameras").hidden = this.cameras.length > 0;
    const list = element("cameras");
    const wanted = JSON.stringify([this.name, this.cameras.map(({ name, state, fixed }) => [name, state, fixed])]);
    if (list.dataset.shown === wanted) return; // or whoever is about to press something would miss
    list.dataset.shown = wanted;
    list.replaceChildren(...this.cameras.map((camera) => this.#entry(camera)));
  }

  #entry({ name, state, fixed }) {
    const entry = document.createElement("li");
    const choose = document.createElement("button");
    choose.setAttribute("aria-pressed", name === this.name);
    choose.append(textOf("span", name), textOf("small", say(`state_${state}`)));
    choose.dataset.state = state;
    choose.addEventListener("click", () => {
      this.#turnTo(name);
      this.refresh();
    });
    entry.append(choose);
    if (!fixed) {
      const remove = textOf("button", "×");
      remove.setAttribute("aria-label", say("remove_camera", { name }));
      remove.addEventListener("click", () => this.attempt(() => this.#remove(name)));
      entry.append(remove);
    }
    return entry;
  }
}

function textOf(tag, textContent) {
  return Object.assign(document.createElement(tag), { textContent });
}

function figuresOf(camera) {
  return [
    ["state", say(`state_${camera.state}`)],
    ["size", camera.size ? `${camera.size[0]} × ${camera.size[1]}` : "–"],
    ["rate", camera.fps.toFixed(1)],
    ["viewers", String(camera.viewers)],
  ];
}

/** The JPEG files of a multipart/x-mixed-replace body, as they come. */
async function* picturesOf(body) {
  const reader = body.getReader();
  try {
    let bytes = new Uint8Array();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      bytes = joined(bytes, value);
      for (;;) {
        const end = endOfHeaders(bytes, 0);
        if (end < 0) break;
        const headers = new TextDecoder().decode(bytes.subarray(0, end));
        const until = end + 4 + Number(/content-length: *(\d+)/i.exec(headers)[1]);
        if (bytes.length < until + 2) break;
        yield new Blob([bytes.slice(end + 4, until)], { type: "image/jpeg" });
        bytes = bytes.slice(until + 2);
      }
    }
  } finally {
    reader.cancel().catch(() => {}); // it may have ended already
  }
}

function joined(one, other) {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
