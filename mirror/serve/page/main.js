// Joins the page up: modes, files that are dropped or chosen, the token.

import { Camera } from "./camera.js";
import { Clip } from "./clip.js";
import { say, translate } from "./language.js";
import { Look } from "./look.js";
import { Painter } from "./painter.js";
import { Picture } from "./picture.js";
import { Problem, problemOf, token } from "./service.js";
import { complain, notice } from "./stage.js";
import { Watch } from "./watch.js";

const element = (id) => document.getElementById(id);
const ENDINGS = { picture: /\.(jpe?g|png|webp|gif|bmp|avif)$/i, clip: /\.(mp4|mov|mkv|webm|avi|m4v|mpe?g|ts|y4m)$/i };
const MODES = ["picture", "clip", "camera", "watch"];

const look = new Look();
const painter = new Painter(element("canvas"));
const refresh = (name) => () => mode === name && modes[name].present();
const modes = {
  picture: new Picture(painter, look, refresh("picture")),
  clip: new Clip(look, refresh("clip")),
  camera: new Camera(painter, look, refresh("camera")),
  watch: new Watch(refresh("watch"), attempt),
};
let mode = "picture";

function enter(name) {
  if (mode === "camera" && name !== "camera" && modes.camera.isRunning) modes.camera.stop();
  if (mode !== name) {
    look.setMirrored(name === "camera");
    if (mode === "watch") modes.watch.leave();
  }
  mode = name;
  document.body.dataset.mode = name;
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const isChosen = tab.dataset.mode === name;
    tab.setAttribute("aria-selected", isChosen);
    tab.tabIndex = isChosen ? 0 : -1;
  }
  element("stage").setAttribute("aria-labelledby", `tab-${name}`);
  element("start-title").textContent = say(`${name}_title`);
  element("start-text").textContent = say(`${name}_text`);
  if (name !== "watch") element("start-button").textContent = say(name === "camera" ? "start" : `choose_${name}`);
  for (const id of ["headline", "download-results"]) element(id).hidden = true;
  modes[name].present();
}

/** Do something that may fail, and say so. */
async function attempt(work) {
  notice("");
  try {
    await work();
  } catch (error) {
    const problem = problemOf(error);
    if (problem.code === "token.needed") askForToken();
    else complain(problem);
    modes[mode].present();
  }
}

function open(file) {
  const name = ["picture", "clip"].find(
    (kind) => file.type.startsWith(kind === "clip" ? "video/" : "image/") || ENDINGS[kind].test(file.name),
  );
  attempt(async () => {
    if (!name) throw new Problem("page.neither");
    enter(name);
    await load();
    await modes[name].open(file);
  });
}

function choose() {
  if (mode === "camera") toggleCamera();
  else element(`${mode}-file`).click();
}

function toggleCamera() {
  if (modes.camera.isRunning) modes.camera.stop();
  else {
    attempt(async () => {
      await load();
      await modes.camera.start(() => mode === "camera");
    });
  }
}

// the token

function askForToken() {
  element("token-wrong").hidden = token.get() === null;
  element("token-button").hidden = false;
  if (!element("token-dialog").open) element("token-dialog").showModal();
}

function connectToken() {
  element("token-button").addEventListener("click", askForToken);
  element("token-cancel").addEventListener("click", () => element("token-dialog").close());
  element("token-dialog").querySelector("form").addEventListener("submit", () => {
    token.set(element("token").value.trim());
    element("token").value = "";
    attempt(load);
  });
}

async function load() {
  await look.load();
  element("token-button").hidden = !look.needsToken;
  if (!look.needsToken) token.forget();
}

// files and keys

function connectFiles() {
  for (const kind of ["picture", "clip"]) {
    element(`${kind}-file`).addEventListener("change", ({ target }) => {
      if (target.files.length) open(target.files[0]);
      target.value = "";
    });
  }
  let depth = 0; // of the elements that what is dragged has entered
  const drag = (change) => {
    depth = change === null ? 0 : depth + change;
    document.body.classList.toggle("dragging", depth > 0);
  };
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragenter", (event) => hasFiles(event) && drag(1));
  addEventListener("dragleave", (event) => hasFiles(event) && drag(-1));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    drag(null);
    if (event.dataTransfer.files.length) open(event.dataTransfer.files[0]);
  });
  addEventListener("paste", (event) => {
    if (event.clipboardData.files.length) open(event.clipboardData.files[0]);
  });
}

function connectTabs() {
  for (const tab of document.querySelectorAll("[role=tab]")) {
    tab.addEventListener("click", () => enter(tab.dataset.mode));
    tab.addEventListener("keydown", ({ key }) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
      if (!step) return;
      enter(MODES.at((MODES.indexOf(mode) + step) % MODES.length));
      element(`tab-${mode}`).focus();
    });
  }
}

translate(document);
look.connect();
look.addEventListener("change", () => modes[mode].redraw());
connectTabs();
connectFiles();
connectToken();
element("choose").addEventListener("click", choose);
element("start-button").addEventListener("click", choose);
element("camera-button").addEventListener("click", toggleCamera);
element("download").addEventListener("click", () => modes[mode].download());
element("banner-close").addEventListener("click", () => notice(""));
enter("picture");
attempt(load);
