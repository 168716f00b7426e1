// Everything here is an addition: each page works when none of it runs.
import "../styles/main.css";
import htmx from "htmx.org";
import { startConfirm } from "./confirm";
import { startDivisions } from "./divisions";
import { forgetAllDrafts, startDraft } from "./draft";
import { csrfToken, island, startIslands } from "./page";
import { startPasskey } from "./passkey";
import { startUpload } from "./upload";
import { words } from "./words";
import { startWorklist } from "./worklist";

// The content security policy allows neither eval nor inline styles, and no page may rest in the browser's storage.
Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  selfRequestsOnly: true,
  scrollIntoViewOnBoost: false,
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    // A form that was refused comes back with its errors.
    { code: "422", swap: true },
    // Any other failure is a toast fragment, which the server aims at the toast area with HX-Retarget.
    { code: "[45]..", swap: true, error: true },
  ],
});

document.addEventListener("htmx:configRequest", (event) => {
  const { headers, verb } = (event as CustomEvent<{ headers: Record<string, string>; verb: string }>).detail;
  if (verb !== "get") headers["x-csrf-token"] = csrfToken();
});
// What fails without a place of its own (a proxy's error page, a cut line) must not land in the page: a toast says so.
const toast = (text: string) => {
  const area = document.querySelector(".toast-area");
  if (!area) return;
  const line = document.createElement("p");
  line.className = "toast";
  line.textContent = text;
  area.replaceChildren(line);
  window.setTimeout(() => line.remove(), 12_000);
};
document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = event as CustomEvent<{ xhr: XMLHttpRequest; shouldSwap: boolean }>;
  const { status } = detail.xhr;
  if (status < 400 || status === 422 || detail.xhr.getResponseHeader("HX-Retarget")) return;
  detail.shouldSwap = false;
  toast(words.requestFailed);
});
document.addEventListener("htmx:sendError", () => toast(words.requestFailed));
document.addEventListener("htmx:load", (event) => startIslands((event as CustomEvent<{ elt: HTMLElement }>).detail.elt));

island("form[data-draft]", startDraft);
island("[data-division]", startDivisions);
island("input[type=file]", startUpload);
island("[data-worklist]", startWorklist);
island("button[data-confirm]", startConfirm);
island("form[data-passkey]", startPasskey);
island("[data-error-summary]", (summary) => summary.focus());
island("form[data-sign-out]", (form) => form.addEventListener("submit", forgetAllDrafts));
// The menu under the person's name closes when one looks elsewhere.
island("details.account", (menu) => {
  const close = () => menu.removeAttribute("open");
  document.addEventListener("click", (event) => menu.contains(event.target as Node) || close());
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    close();
    menu.querySelector("summary")?.focus();
  });
});

// A slash goes to the search box, as long as nobody is typing.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if ((event.target as HTMLElement).matches("input, select, textarea, [contenteditable]")) return;
  const search = document.querySelector<HTMLInputElement>('input[type="search"]');
  if (!search) return;
  event.preventDefault();
  search.focus();
});

document.documentElement.dataset["islands"] = "";
startIslands(document);
