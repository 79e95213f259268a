// How things are drawn, as the panel says; tells whoever listens when it changes.

import { partName, say } from "./language.js";
import { ask } from "./service.js";

const element = (id) => document.getElementById(id);

export class Look extends EventTarget {
  names = [];
  palettes = {};
  bones = [];
  needsToken = false;
  loading = null;
  shownAs = new Uint8Array(256);
  opacity = 0.6;
  outlines = true;
  landmarks = false;
  mirrored = false;
  paletteName = "";

  get palette() {
    return this.palettes[this.paletteName] ?? [];
  }

  /** Ask the service what there is to draw, once; again where it did not answer. */
  load() {
    this.loading ??= this.#load().catch((error) => {
      this.loading = null;
      throw error;
    });
    return this.loading;
  }

  async #load() {
    const known = await (await ask("/v1/parts")).json();
    Object.assign(this, { names: known.names, palettes: known.palettes, bones: known.bones });
    this.needsToken = known.needs_token;
    this.paletteName = Object.keys(known.palettes)[0];
    this.showAll(true);
    this.#fillPalettes();
    this.#fillLegend();
  }

  /** Have the panel's controls change it. */
  connect() {
    element("opacity").addEventListener("input", (event) => {
      this.#change({ opacity: Number(event.target.value) / 100 });
    });
    for (const name of ["outlines", "landmarks", "mirrored"]) {
      element(name).addEventListener("change", (event) => {
        this.#change({ [name]: event.target.checked });
      });
    }
    element("palette").addEventListener("change", (event) => {
      this.#change({ paletteName: event.target.value });
      this.#colourLegend();
    });
    element("all").addEventListener("click", () => this.showAll(true));
    element("none").addEventListener("click", () => this.showAll(false));
  }

  showAll(isShown) {
    for (let id = 1; id < this.names.length; id += 1) this.shownAs[id] = isShown ? id : 0;
    for (const box of element("legend").querySelectorAll("input")) box.checked = isShown;
    this.#change({});
  }

  setMirrored(mirrored) {
    element("mirrored").checked = mirrored;
    this.#change({ mirrored });
  }

  /** The same as the parameters of a request that has the service draw. */
  query() {
    const shown = this.names.filter((_, id) => id && this.shownAs[id]);
    const query = new URLSearchParams({ palette: this.paletteName, landmarks: this.landmarks });
    query.set("opacity", shown.length ? this.opacity : 0);
    query.set("outlines", shown.length ? this.outlines : false);
    if (shown.length < this.names.length - 1) for (const name of shown) query.append("draw", name);
    return query;
  }

  /** Say in the legend what is in the picture, by name -> area; without, everything might be. */
  mark(areas) {
    for (const label of element("legend").children) {
      label.classList.toggle("absent", Boolean(areas) && !(label.dataset.part in areas));
    }
  }

  #change(values) {
    Object.assign(this, values);
    this.dispatchEvent(new Event("change"));
  }

  #fillPalettes() {
    element("palette").replaceChildren(
      ...Object.keys(this.palettes).map((name) => new Option(say(name), name)),
    );
  }

  #fillLegend() {
    const labels = this.names.slice(1).map((name, place) => {
      const label = document.createElement("label");
      const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: true });
      const text = document.createElement("span");
      text.textContent = partName(name);
      label.dataset.part = name;
      label.append(box, text);
      box.addEventListener("change", () => {
        this.shownAs[place + 1] = box.checked ? place + 1 : 0;
        this.#change({});
      });
      return label;
    });
    element("legend").replaceChildren(...labels);
    this.#colourLegend();
  }

  #colourLegend() {
    [...element("legend").children].forEach((label, place) => {
      label.firstChild.style.setProperty("--colour", this.palette[place + 1]);
    });
  }
}
