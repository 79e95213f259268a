// Asks the service: with the token, if there is one; what goes wrong is a Problem with a code.

const KEPT = "token"; // in sessionStorage alone: forgotten with the tab

export const TRIES = 6; // together half a minute, in which a service can be started again
const LONGEST_PAUSE_MS = 8000;

export class Problem extends Error {
  constructor(code, detail = "", fields = {}, retryAfter = null) {
    super(code);
    Object.assign(this, { code, detail, fields, retryAfter });
  }
}

export const token = {
  get: () => sessionStorage.getItem(KEPT),
  set: (value) => sessionStorage.setItem(KEPT, value),
  forget: () => sessionStorage.removeItem(KEPT),
};

/** Wait before trying again, the longer the more often it failed: 0, 1, 2 ... times before. */
export function pause(failed) {
  const wait = Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** failed);
  return new Promise((resolve) => setTimeout(resolve, wait));
}

/** Any error as a Problem. */
export function problemOf(error) {
  if (error instanceof Problem) return error;
  console.error(error);
  return new Problem("page.failed");
}

/** Ask; returns the Response of a request that was answered as wished. */
export async function ask(path, options = {}) {
  const headers = { ...options.headers, ...authorization() };
  let response;
  try {
    response = await fetch(path, { ...options, headers, cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem("page.unreachable");
  }
  if (response.ok) return response;
  const retryAfter = response.headers.get("Retry-After");
  throw problemIn(await response.text(), retryAfter);
}

/** Send a file and hear how far it is; aborting the signal ends it. Returns the answer's JSON. */
export function send(path, file, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch does not say how much has been sent
    const form = new FormData();
    form.append("file", file, file.name);
    request.open("POST", path);
    for (const [name, value] of Object.entries(authorization())) {
      request.setRequestHeader(name, value);
    }
    request.upload.onprogress = (event) => onProgress(event.loaded / event.total);
    request.onload = () => {
      if (request.status < 300) resolve(JSON.parse(request.responseText));
      else reject(problemIn(request.responseText, request.getResponseHeader("Retry-After")));
    };
    request.onerror = () => reject(new Problem("page.unreachable"));
    request.onabort = () => reject(new DOMException("", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

/** What a problem's JSON says. */
export function problemIn(text, retryAfter = null) {
  try {
    const { code, detail, ...fields } = JSON.parse(text);
    if (code) return new Problem(code, detail, fields, retryAfter);
  } catch {
    // somebody between us and the service answered
  }
  return new Problem("page.unreachable");
}

function authorization() {
  const given = token.get();
  return given ? { Authorization: `Bearer ${given}` } : {};
}
