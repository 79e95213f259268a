// Every address of the service, read off its own description: what it takes, and what it answers.

import { say, sayProblem, translate } from "./language.js";
import { ask, problemOf } from "./service.js";

const METHODS = ["get", "post", "put", "patch", "delete"];
const page = document.getElementById("docs");

/** An element with a class, and what is in it: texts and elements. */
function made(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children.filter((child) => child !== null && child !== ""));
  return element;
}

async function load() {
  const described = await (await ask("/openapi.json")).json();
  const groups = new Map();
  for (const [path, operations] of Object.entries(described.paths)) {
    for (const method of METHODS.filter((one) => one in operations)) {
      const operation = operations[method];
      const tag = operation.tags?.[0] ?? "";
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(shown(described, method, path, operation));
    }
  }
  const { title, version, summary } = described.info;
  page.append(made("h1", "", `${title} ${version}`), made("p", "dim", summary ?? ""));
  page.append(made("p", "dim", say("docs_text")));
  for (const [tag, entries] of groups) page.append(made("h2", "", tag), ...entries);
}

function shown(described, method, path, operation) {
  const body = Object.keys(operation.requestBody?.content ?? {});
  const parameters = (operation.parameters ?? []).map((one) => parameter(described, one));
  const answers = Object.entries(operation.responses ?? {}).map(([code, answer]) =>
    row(code, kindsOf(answer), answer.description ?? ""),
  );
  return made(
    "details", "",
    made(
      "summary", "",
      made("b", `method ${method}`, method.toUpperCase()), made("code", "", path),
      made("span", "dim", operation.summary ?? ""),
    ),
    ...(operation.description ?? "").split(/\n{2,}/).map((text) => made("p", "", ...marked(text))),
    made("pre", "", curlOf(method, path, body, operation.responses ?? {})),
    ...section("docs_parameters", parameters),
    ...section("docs_body", body.map((kind) => row(kind, "", ""))),
    ...section("docs_answers", answers),
  );
}

function section(word, rows) {
  return rows.length ? [made("h3", "", say(word)), made("table", "", made("tbody", "", ...rows))] : [];
}

function row(name, kind, about) {
  return made("tr", "", made("td", "", made("code", "", name)), made("td", "dim", kind), made("td", "", about));
}

function parameter(described, one) {
  const schema = resolved(described, one.schema ?? {});
  const where = one.required ? `${one.in}, ${say("docs_required")}` : one.in;
  const about = one.description ?? schema.description ?? "";
  const usual = schema.default === undefined || schema.default === "" ? "" : ` (${JSON.stringify(schema.default)})`;
  return row(one.name, `${where}: ${kindOf(described, schema)}`, about + usual);
}

function kindOf(described, schema) {
  const found = resolved(described, schema);
  if (found.enum) return found.enum.join(" | ");
  if (found.const !== undefined) return String(found.const);
  if (found.anyOf) return found.anyOf.map((one) => kindOf(described, one)).join(" | ");
  if (found.type === "array") return `${kindOf(described, found.items ?? {})}, …`;
  return found.type ?? "";
}

function resolved(described, schema) {
  const name = schema.$ref?.replace("#/components/schemas/", "");
  return name ? (described.components.schemas[name] ?? {}) : schema;
}

function kindsOf(answer) {
  return Object.keys(answer.content ?? {}).join(", ");
}

/** Text whose `code` is marked as such. */
function marked(text) {
  return text.split("`").map((piece, number) => (number % 2 ? made("code", "", piece) : piece));
}

function curlOf(method, path, body, responses) {
  const address = `${location.origin}${path}`;
  const token = "-H 'Authorization: Bearer TOKEN' ";
  if (method === "get") return `curl ${outputOf(responses["200"])}${token}'${address}'`;
  const kind = body[0] === "application/json" ? "-H 'Content-Type: application/json' -d '{…}' " : body.length ? "--data-binary @FILE " : "";
  return `curl -X ${method.toUpperCase()} ${token}${kind}'${address}'`;
}

/** How curl is to put out an answer: it writes no pictures on terminals, and holds back what comes bit by bit. */
function outputOf(answer) {
  const kinds = kindsOf(answer ?? {});
  if (kinds === "text/event-stream") return "-N ";
  return !kinds || /application\/json\b|text\/plain/.test(kinds) ? "" : "-o FILE ";
}

translate(document);
load().catch((error) => {
  const failed = document.getElementById("docs-failed");
  failed.textContent = sayProblem(problemOf(error));
  failed.hidden = false;
});
