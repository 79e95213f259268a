// A whole clip: a job of the service, watched by its events, then played here.

import { say } from "./language.js";
import { Problem, TRIES, ask, pause, send } from "./service.js";
import { complain, describe, save, show, showFigures } from "./stage.js";

const element = (id) => document.getElementById(id);
const OPEN = ["queued", "running", "cancelling"];

export class Clip {
  /** refresh: presents it, where it is what is looked at. */
  constructor(look, refresh) {
    Object.assign(this, { look, refresh, name: "", id: null, under: null, blob: null, view: "start" });
    this.figures = [];
    element("job-cancel").addEventListener("click", () => this.cancel());
    element("film").addEventListener("error", () => {
      if (this.view === "film") complain(new Problem("page.no_film"));
    });
  }

  /** Send a file, watch the job, and show what it has made. */
  async open(file) {
    await this.cancel();
    this.#forget();
    const under = (this.under = new AbortController());
    Object.assign(this, { name: file.name, view: "job" });
    this.refresh();
    try {
      const job = await this.#submit(file, under.signal);
      this.id = job.id;
      await this.#finish(await this.#watch(job, under.signal), under.signal);
    } catch (error) {
      if (this.under === under) this.#leave();
      if (error.name !== "AbortError") throw error;
    }
  }

  /** End what is under way; the service hears of it. */
  async cancel() {
    const { id, under, view } = this;
    if (view !== "job") return;
    under?.abort();
    this.#leave();
    if (id) await ask(`/v1/jobs/${id}`, { method: "DELETE" }).catch(complain);
  }

  present() {
    show(this.view);
    describe(this.name, this.view === "film");
    showFigures(this.figures);
    this.look.mark(null);
    element("download-results").hidden = this.view !== "film";
  }

  redraw() {}

  download() {
    save(this.blob, `${this.name.replace(/\.\w+$/, "")}-mirror.mp4`);
  }

  async #submit(file, signal) {
    const query = this.look.query();
    for (const output of ["video", "results"]) query.append("outputs", output);
    this.#say("uploading", say("sent", { percent: 0 }), 0);
    return send(`/v1/jobs?${query}`, file, (share) => {
      this.#say("uploading", say("sent", { percent: Math.round(100 * share) }), share);
    }, signal);
  }

  /** Return the job once it has ended; events that break off are asked for again. */
  async #watch(job, signal) {
    let failed = 0;
    while (OPEN.includes(job.state)) {
      try {
        for await (const now of eventsOf(`/v1/jobs/${job.id}/events`, signal)) {
          job = now;
          failed = 0;
          this.#progress(job);
        }
      } catch (error) {
        if (error.code !== "page.unreachable" || failed === TRIES) throw error;
        await pause(failed);
        failed += 1;
      }
    }
    return job;
  }

  async #finish(job, signal) {
    if (job.state === "cancelled") return this.#leave();
    if (job.state !== "done") {
      throw new Problem(job.error?.code ?? `job.${job.state}`, job.error?.detail);
    }
    this.#say("working", say("fetching"), null);
    const [film, lines] = await Promise.all(
      job.results.map(async ({ href }) => (await ask(href, { signal })).blob()),
    );
    Object.assign(this, { blob: film, view: "film", id: null });
    const frames = (await lines.text()).match(/^\{"frame":/gm)?.length ?? 0;
    this.figures = [
      ["frames", String(frames)],
      ["rate", job.fps.toFixed(1)],
      ["took", say("seconds", { value: (job.finished_at - job.started_at).toFixed(1) })],
    ];
    const link = element("download-results");
    link.href = URL.createObjectURL(lines);
    link.download = `${this.name.replace(/\.\w+$/, "")}.jsonl`;
    element("film").src = URL.createObjectURL(film);
    this.refresh();
    if (!element("film").hidden) element("film").play().catch(() => {}); // it may want a click first
    return undefined;
  }

  #progress(job) {
    const fields = { ...job, fps: job.fps.toFixed(1), left: say("seconds", { value: Math.round(job.left_s) }) };
    const share = job.total ? job.frames / job.total : null;
    if (job.state === "running") {
      this.#say("working", say(job.left_s === null ? "running" : "running_of", fields), share);
    } else if (OPEN.includes(job.state)) {
      this.#say("working", say(job.position === 0 ? "next" : job.state, fields), null);
    }
  }

  #say(title, text, share) {
    element("job-title").textContent = say(title, { name: this.name });
    element("job-text").textContent = text;
    if (share === null) element("job-progress").removeAttribute("value");
    else element("job-progress").value = share;
  }

  #leave() {
    Object.assign(this, { view: "start", id: null, under: null, name: "" });
    this.refresh();
  }

  #forget() {
    for (const address of [element("film").src, element("download-results").href]) {
      if (address.startsWith("blob:")) URL.revokeObjectURL(address);
    }
    element("film").removeAttribute("src");
    Object.assign(this, { blob: null, figures: [] });
  }
}

/** Yield what server-sent events say; EventSource itself cannot send a token. */
async function* eventsOf(path, signal) {
  const response = await ask(path, { signal });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read().catch((error) => {
      throw error.name === "AbortError" ? error : new Problem("page.unreachable");
    });
    if (done) return;
    text += value;
    const events = text.split("\n\n");
    text = events.pop();
    for (const event of events) {
      const line = event.split("\n").find((one) => one.startsWith("data: "));
      if (line) yield JSON.parse(line.slice("data: ".length));
    }
  }
}
