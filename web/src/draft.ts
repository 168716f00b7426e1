// Saves a draft as it is typed: <form data-draft="/drafts/ID" data-draft-version="7"> with a [data-draft-status] on the page.
// The form's own fields are posted; files are left to the upload island. Without a network the fields are kept in
// the browser (never on a shared machine, never passwords) and posted when it is back. A draft that was saved in another
// window meanwhile is not overwritten: the person chooses. Where other questions hang on an answer, the form is shown again.
import { clock, words } from "./words";
import { csrfToken, icon, onKiosk } from "./page";
import { showAgain, values } from "./refresh";

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

/** The choice when the draft was saved from another window: nothing is lost and nothing is overwritten unasked. */
function choice(keepMine: () => void, takeTheirs: () => void): HTMLElement {
  const notice = document.createElement("div");
  notice.className = "notice is-warn";
  notice.setAttribute("role", "alert");
  notice.tabIndex = -1;
  const body = document.createElement("div");
  body.className = "notice-body";
  const line = (text: string, strong = false) => {
    const paragraph = document.createElement("p");
    const words = strong ? document.createElement("strong") : paragraph;
    words.textContent = text;
    if (strong) paragraph.append(words);
    return paragraph;
  };
  const button = (text: string, act: () => void) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  };
  const actions = document.createElement("div");
  actions.className = "actions";
  actions.append(button(words.keepMine, keepMine), button(words.takeTheirs, takeTheirs));
  body.append(line(words.elsewhere, true), line(words.elsewhereChoose), actions);
  notice.append(icon("triangle-alert"), body);
  return notice;
}

export function startDraft(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  const address = form.dataset["draft"];
  const status = document.querySelector<HTMLElement>("[data-draft-status]");
  if (!address) return;
  const key = prefix + address;
  let timer = 0;
  let running: Promise<void> | null = null;
  let again = false;
  let refresh = false;
  let leaving = false;
  // The page that comes back after such a clash puts the choice itself.
  let clashed = "draftElsewhere" in form.dataset;

  const say = (state: "saving" | "saved" | "offline" | "refused", text: string) => {
    if (!status) return;
    status.className = state === "saved" ? "save-state is-saved" : state === "saving" ? "save-state" : "save-state is-offline";
    status.replaceChildren(icon({ saving: "refresh-cw", saved: "check", offline: "wifi-off", refused: "circle-alert" }[state]), ` ${text}`);
  };
  const setVersion = (version: string) => {
    form.dataset["draftVersion"] = version;
    const field = form.querySelector<HTMLInputElement>('input[name="_version"]');
    if (field) field.value = version;
  };

  const clash = () => {
    clashed = true;
    keep(key, form);
    say("refused", words.notSaved);
    const notice = choice(
      () => {
        notice.remove();
        clashed = false;
        // Without a version the last one to save wins, which is what was chosen.
        setVersion("");
        schedule(0);
      },
      () => {
        forget(key);
        leaving = true;
        window.location.assign(window.location.pathname);
      },
    );
    form.prepend(notice);
    notice.focus();
  };

  /** Sends the fields: to be saved, or saved and shown again where questions hang on an answer. */
  const send = async (shown: boolean): Promise<void> => {
    const body = new FormData(form);
    for (const [name, value] of [...body.entries()]) if (value instanceof File) body.delete(name);
    // The key belongs to the button that ends the page.
    body.delete("_key");
    if (shown) body.append("_show", "");
    const before = shown ? values(form) : null;
    try {
      const response = await fetch(shown ? form.action : address, {
        method: "POST",
        body: new URLSearchParams(body as unknown as Record<string, string>),
        headers: { "x-csrf-token": csrfToken(), ...(shown ? { "hx-request": "true" } : {}) },
        credentials: "same-origin",
      });
      if (response.ok) {
        if (before) showAgain(form, await response.text(), before);
        else setVersion(String(((await response.json()) as { version: number }).version));
        forget(key);
        say("saved", words.saved(clock(new Date(response.headers.get("date") ?? Date.now()))));
      } else if (response.status === 409 && form.dataset["draftVersion"]) {
        clash();
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
    }
  };
  // One at a time: each save names the version that the one before it made.
  const save = async (): Promise<void> => {
    if (clashed) return;
    if (running) {
      again = true;
      return;
    }
    const shown = refresh;
    refresh = false;
    running = send(shown);
    await running;
    running = null;
    if (again || refresh) {
      again = false;
      schedule(refresh ? 0 : pauseMs);
    }
  };
  const schedule = (ms: number) => {
    window.clearTimeout(timer);
    if (!leaving) timer = window.setTimeout(() => void save(), ms);
  };

  const kept = clashed ? null : readKept(key);
  if (kept && putBack(form, kept)) {
    say("offline", words.restored);
    schedule(0);
  }
  const changed = (event: Event) => {
    if (event.target instanceof HTMLInputElement && event.target.type === "file") return;
    schedule(refresh ? 0 : pauseMs);
  };
  // Other questions hang on this answer: the button beside it says so and is there for whoever has no script.
  form.addEventListener("change", (event) => {
    const field = (event.target as HTMLElement).closest("fieldset.field, .field:not(fieldset.field .field)");
    refresh ||= field?.querySelector("[data-form-refresh]") != null;
  });
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", (event) => {
    leaving = true;
    window.clearTimeout(timer);
    if (!running) return;
    // What is on its way makes a version of its own: the page is sent after it, with that version.
    event.preventDefault();
    const button = event.submitter;
    void running.then(() => {
      if (!clashed) form.requestSubmit(button);
      else leaving = false;
    });
  });
  window.addEventListener("pageshow", () => (leaving = false));
  window.addEventListener("online", () => {
    if (readKept(key)) schedule(0);
  });
}
