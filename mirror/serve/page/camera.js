// The browser's camera, live: frames go out while there is credit, masks come back in order, and
// each is drawn on the frame it belongs to.

import { say } from "./language.js";
import { canvasOf, labelsOf } from "./painter.js";
import { Problem, TRIES, pause, problemIn, problemOf, token } from "./service.js";
import { complain, describe, milliseconds, notice, save, show, showFigures } from "./stage.js";

const element = (id) => document.getElementById(id);
const LONGEST = 640; // pixels of a frame's longer side
const QUALITY = 0.85;
const UNDER_WAY = 2; // frames: one is parsed while the next is on its way
const WINDOW_MS = 2000; // over which the figures are taken
const REFUSALS = {
  NotAllowedError: "page.camera_denied",
  NotFoundError: "page.camera_missing",
  OverconstrainedError: "page.camera_missing",
  NotReadableError: "page.camera_busy",
  AbortError: "page.camera_busy",
};

export class Camera {
  /** refresh: presents it, where it is what is looked at. */
  constructor(painter, look, refresh) {
    Object.assign(this, { painter, look, refresh, media: null, socket: null, last: null });
    this.video = Object.assign(document.createElement("video"), { muted: true, playsInline: true });
    document.addEventListener("visibilitychange", () => this.#visible());
  }

  get isRunning() {
    return this.media !== null;
  }

  /** Ask for the camera, and show it; isWanted says whether it still is once it is there. */
  async start(isWanted) {
    if (this.isOpening || this.isRunning) return;
    this.isOpening = true;
    const media = await opened().finally(() => {
      this.isOpening = false;
    });
    if (!isWanted()) {
      for (const track of media.getTracks()) track.stop();
      return;
    }
    this.media = media;
    const [track] = media.getVideoTracks();
    track.addEventListener("ended", () => this.#fail(new Problem("page.camera_ended")));
    this.video.srcObject = this.media;
    await this.video.play();
    this.failed = 0; // connections in a row
    this.#connect();
    this.#next(media);
    this.refresh();
  }

  stop() {
    for (const track of this.media?.getTracks() ?? []) track.stop();
    this.media = null;
    this.video.srcObject = null;
    this.#disconnect();
    this.refresh();
  }

  present() {
    show(this.last || this.isRunning ? "canvas" : "start");
    describe("", Boolean(this.last));
    element("headline").hidden = !this.isRunning;
    element("camera-button").textContent = say(this.isRunning ? "stop" : "start");
    element("camera-button").classList.toggle("recording", this.isRunning);
    this.look.mark(this.last?.found.areas);
    this.#tell();
    this.redraw();
  }

  redraw() {
    if (this.last) this.painter.draw(this.last.image, this.last.found, this.look);
  }

  download() {
    this.painter.canvas.toBlob((blob) => save(blob, "mirror.png"), "image/png");
  }

  // the connection

  #connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const query = "outputs=results&outputs=labels&live=1";
    const socket = new WebSocket(`${scheme}//${location.host}/v1/stream?${query}`);
    Object.assign(this, { socket, credits: 0, sent: 0, underWay: new Map(), ends: [], dropped: 0 });
    Object.assign(this, { announced: null, drawing: Promise.resolve(), isEncoding: false });
    socket.binaryType = "blob";
    socket.onopen = () => {
      if (this.look.needsToken) socket.send(JSON.stringify({ token: token.get() ?? "" }));
    };
    socket.onmessage = ({ data }) => {
      if (this.socket !== socket) return;
      if (typeof data === "string") this.#hear(JSON.parse(data), data);
      else this.#receive(data, socket);
    };
    socket.onclose = () => {
      if (this.socket === socket) this.#again();
    };
  }

  #disconnect() {
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }

  async #again() {
    this.#disconnect();
    if (this.failed === TRIES) {
      this.#fail(new Problem("page.unreachable"));
      return;
    }
    notice(say("reconnecting"));
    this.failed += 1;
    await pause(this.failed - 1);
    if (this.isRunning && !this.socket && !document.hidden) this.#connect();
  }

  #fail(problem) {
    this.stop();
    complain(problem);
  }

  /** A page that nobody sees sends nothing, and the service would end the stream. */
  #visible() {
    if (!this.isRunning) return;
    if (document.hidden) this.#disconnect();
    else if (!this.socket) this.#connect();
  }

  #hear(message, text) {
    this.credits += message.credits ?? 0;
    if (message.type === "hello") {
      if (this.failed) notice("");
    } else if (message.type === "frame") {
      this.announced = message;
    } else if (message.type === "error") {
      if (message.code === "service.stopping") return; // it may come back
      this.#fail(problemIn(text));
    } else if (message.type === "dropped" || message.type === "failed") {
      this.underWay.delete(message.frame);
      this.dropped += 1;
    }
  }

  /** A label map: it belongs to the frame that was announced. */
  #receive(blob, socket) {
    const { announced } = this;
    const sent = this.underWay.get(announced.frame);
    this.underWay.delete(announced.frame);
    this.failed = 0;
    this.drawing = this.drawing.then(async () => {
      const labels = await labelsOf(blob);
      if (this.socket !== socket || !sent) return;
      const found = { labels, people: announced.people, areas: announced.areas };
      this.last = { image: sent.image, found, timing: announced.timing };
      this.redraw();
      this.#count(performance.now(), sent.at);
      describe("", true);
    }).catch((error) => this.#fail(problemOf(error)));
  }

  // frames

  #next(media) {
    if (this.media !== media) return;
    this.video.requestVideoFrameCallback(() => {
      this.#capture().catch((error) => this.#fail(problemOf(error)));
      this.#next(media);
    });
  }

  async #capture() {
    const { socket, video } = this;
    const isFree = this.credits > 0 && this.underWay.size < UNDER_WAY && !this.isEncoding;
    if (!isFree || socket?.readyState !== WebSocket.OPEN) return;
    const at = performance.now();
    this.isEncoding = true;
    const scale = Math.min(1, LONGEST / Math.max(video.videoWidth, video.videoHeight));
    const image = canvasOf(
      Math.round(scale * video.videoWidth), Math.round(scale * video.videoHeight),
    );
    image.getContext("2d").drawImage(video, 0, 0, image.width, image.height);
    const blob = await new Promise((resolve) => image.toBlob(resolve, "image/jpeg", QUALITY));
    if (this.socket !== socket || socket.readyState !== WebSocket.OPEN) return;
    this.isEncoding = false;
    this.credits -= 1;
    this.underWay.set(this.sent, { image, at });
    this.sent += 1;
    socket.send(blob);
  }

  // figures

  #count(now, at) {
    this.ends.push({ now, latency: now - at });
    while (now - this.ends[0].now > WINDOW_MS) this.ends.shift();
    this.#tell();
    this.look.mark(this.last.found.areas);
  }

  #tell() {
    const { ends = [], last } = this;
    if (!last || !this.isRunning) {
      showFigures([]);
      return;
    }
    const over = ends.length > 1 ? ends.at(-1).now - ends[0].now : 0;
    const latencies = ends.map(({ latency }) => latency).sort((one, other) => one - other);
    const median = latencies[latencies.length >> 1];
    element("fps").textContent = over ? Math.round((1000 * (ends.length - 1)) / over) : "–";
    element("latency").textContent = median === undefined ? "–" : Math.round(median);
    showFigures([
      ["people", String(last.found.people.length)],
      ["size", `${last.image.width} × ${last.image.height}`],
      ...["wait", "parse", "encode"].map((name) => [name, milliseconds(last.timing[name])]),
      ["dropped", String(this.dropped)],
    ]);
  }
}

async function opened() {
  if (!navigator.mediaDevices) throw new Problem("page.insecure");
  try {
    return await navigator.mediaDevices.getUserMedia({
      video: { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: "user" },
    });
  } catch (error) {
    throw new Problem(REFUSALS[error.name] ?? "page.camera_busy");
  }
}
