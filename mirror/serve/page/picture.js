// One picture: sent once, drawn here, again and again, as the panel says.

import { partsOf } from "./multipart.js";
import { labelsOf } from "./painter.js";
import { Problem, ask } from "./service.js";
import { describe, milliseconds, save, setBusy, show, showFigures } from "./stage.js";

const KNOWN = ["image/jpeg", "image/png", "image/webp"];

export class Picture {
  /** refresh: presents it, where it is what is looked at. */
  constructor(painter, look, refresh) {
    Object.assign(this, { painter, look, refresh });
    Object.assign(this, { image: null, found: null, name: "", under: null });
    this.figures = [];
  }

  get isThere() {
    return this.image !== null;
  }

  /** Parse a file and show it; a later one puts an earlier one off. */
  async open(file) {
    this.under?.abort();
    const under = (this.under = new AbortController());
    const image = await createImageBitmap(file).catch(() => null);
    if (under.signal.aborted) return;
    if (image) {
      Object.assign(this, { image, found: null, name: file.name, figures: [] });
      this.refresh();
    }
    setBusy(true);
    try {
      await this.#parse(await sendable(file, image), under.signal);
      if (!image) throw new Problem("page.no_picture");
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    } finally {
      if (this.under === under) setBusy(false);
    }
  }

  present() {
    show(this.isThere ? "canvas" : "start");
    describe(this.isThere ? this.name : "", this.isThere);
    showFigures(this.figures);
    this.look.mark(this.found?.areas);
    this.redraw();
  }

  redraw() {
    if (this.image) this.painter.draw(this.image, this.found, this.look);
  }

  download() {
    const name = `${this.name.replace(/\.\w+$/, "")}-mirror.png`;
    this.painter.canvas.toBlob((blob) => save(blob, name), "image/png");
  }

  async #parse(file, signal) {
    const began = performance.now();
    const response = await ask("/v1/parse?parts=json&parts=labels", {
      method: "POST", body: file, signal, headers: { Accept: "multipart/mixed" },
    });
    const type = response.headers.get("Content-Type");
    const parts = partsOf(await response.arrayBuffer(), type);
    const took = performance.now() - began;
    const said = JSON.parse(await parts.get("application/json").text());
    const labels = await labelsOf(parts.get("image/png; map=labels"));
    if (signal.aborted) return;
    this.found = { labels, people: said.people, areas: said.areas };
    this.figures = figuresOf(said, response.headers.get("Server-Timing") ?? "", took);
    this.refresh();
  }
}

/** The file as it is, or, where the service would not know it, as a PNG. */
async function sendable(file, image) {
  if (KNOWN.includes(file.type) || !image) {
    if (!image && !KNOWN.includes(file.type)) throw new Problem("page.no_picture");
    return file;
  }
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.convertToBlob({ type: "image/png" });
}

function figuresOf(said, timing, took) {
  const durations = [...timing.matchAll(/(\w+);dur=([\d.]+)/g)];
  return [
    ["people", String(said.people.length)],
    ["size", `${said.size[0]} × ${said.size[1]}`],
    ...durations.map(([, name, value]) => [name, milliseconds(Number(value))]),
    ["round_trip", milliseconds(took)],
  ];
}
