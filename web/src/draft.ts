// Saves a draft as it is typed: <form data-draft="/drafts/ID" data-draft-version="7"> with a [data-draft-status] on the page.
// The form's own fields are posted; files are left to the upload island. Without a network the fields are kept in
// the browser (never on a shared machine, never passwords) and posted when it is back. 409 and other refusals are said.
import { clock, words } from "./words";
import { csrfToken, icon, onKiosk } from "./page";

const prefix = "minshu.draft.";
const pauseMs = 900;
const keepMs = 7 * 24 * 3600 * 1000;

type Kept = { at: number; fields: [string, string][] };

/** Names that are never kept: secrets, tokens, and files, which cannot be. */
function mayKeep(control: Element): control is HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement {
  if (control instanceof HTMLInputElement) return !["password", "file", "hidden", "submit", "button"].includes(control.type);
  return control instanceof HTMLSelectElement || control instanceof HTMLTextAreaElement;
}

function keep(key: string, form: HTMLFormElement): boolean {
  if (onKiosk()) return false;
  const fields: [string, string][] = [];
  for (const control of form.elements) {
    if (!mayKeep(control) || !control.name || control.disabled) continue;
    if (control instanceof HTMLInputElement && (control.type === "checkbox" || control.type === "radio") && !control.checked) continue;
    fields.push([control.name, control.value]);
  }
  try {
    localStorage.setItem(key, JSON.stringify({ at: Date.now(), fields } satisfies Kept));
    return true;
  } catch {
    return false;
  }
}

function readKept(key: string): Kept | null {
  try {
    const text = localStorage.getItem(key);
    const kept = text ? (JSON.parse(text) as Kept) : null;
    if (kept && Date.now() - kept.at < keepMs) return kept;
    if (kept) localStorage.removeItem(key);
  } catch {
    // A browser that refuses storage keeps nothing; the server's draft is still there.
  }
  return null;
}

function forget(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // See above.
  }
}

/** Puts kept values back, in order for names that occur more than once. */
function putBack(form: HTMLFormElement, kept: Kept): boolean {
  const byName = new Map<string, string[]>();
  for (const [name, value] of kept.fields) byName.set(name, [...(byName.get(name) ?? []), value]);
  let changed = false;
  for (const control of form.elements) {
    if (!mayKeep(control) || !control.name) continue;
    const values = byName.get(control.name);
    if (control instanceof HTMLInputElement && (control.type === "checkbox" || control.type === "radio")) {
      const checked = values?.includes(control.value) ?? false;
      changed ||= checked !== control.checked;
      control.checked = checked;
      continue;
    }
    const value = values?.shift();
    if (value === undefined || value === control.value) continue;
    if (control instanceof HTMLSelectElement && ![...control.options].some((option) => option.value === value)) continue;
    control.value = value;
    changed = true;
  }
  return changed;
}

/** Removes everything kept on this machine: signing out calls it. */
export function forgetAllDrafts(): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) localStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
}

export function startDraft(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  const address = form.dataset["draft"];
  const status = document.querySelector<HTMLElement>("[data-draft-status]");
  if (!address) return;
  const key = prefix + address;
  let timer = 0;
  let running = false;
  let again = false;
  let leaving = false;

  const say = (state: "saving" | "saved" | "offline" | "refused", text: string) => {
    if (!status) return;
    status.className = state === "saved" ? "save-state is-saved" : state === "saving" ? "save-state" : "save-state is-offline";
    status.replaceChildren(icon({ saving: "refresh-cw", saved: "check", offline: "wifi-off", refused: "circle-alert" }[state]), ` ${text}`);
  };

  const save = async (): Promise<void> => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    const body = new FormData(form);
    for (const [name, value] of [...body.entries()]) if (value instanceof File) body.delete(name);
    try {
      const response = await fetch(address, {
        method: "POST",
        body: new URLSearchParams(body as unknown as Record<string, string>),
        headers: { "x-csrf-token": csrfToken(), "x-draft-version": form.dataset["draftVersion"] ?? "" },
        credentials: "same-origin",
      });
      if (response.ok) {
        form.dataset["draftVersion"] = response.headers.get("x-draft-version") ?? form.dataset["draftVersion"] ?? "";
        forget(key);
        say("saved", words.saved(clock(new Date(response.headers.get("date") ?? Date.now()))));
      } else if (response.status >= 500 || response.status === 429) {
        say("offline", keep(key, form) ? words.offline : words.keptNowhere);
        schedule(15_000);
      } else {
        keep(key, form);
        say("refused", words.saveRefused);
      }
    } catch {
      say("offline", keep(key, form) ? words.offline : words.keptNowhere);
      schedule(15_000);
    } finally {
      running = false;
      if (again) {
        again = false;
        schedule(pauseMs);
      }
    }
  };
  const schedule = (ms: number) => {
    window.clearTimeout(timer);
    if (!leaving) timer = window.setTimeout(save, ms);
  };

  const kept = readKept(key);
  if (kept && putBack(form, kept)) {
    say("offline", words.restored);
    schedule(0);
  }
  const changed = (event: Event) => {
    if (event.target instanceof HTMLInputElement && event.target.type === "file") return;
    schedule(pauseMs);
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", () => {
    leaving = true;
    window.clearTimeout(timer);
  });
  window.addEventListener("pageshow", () => (leaving = false));
  window.addEventListener("online", () => {
    if (readKept(key)) schedule(0);
  });
}
