// Shows a form again as the server has it, in place: questions that an answer asks for come, others go. Focus stays where
// it is, and what was typed while the answer was on its way stays as well.
import { Idiomorph } from "idiomorph";
import { startIslands } from "./page";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

function controls(form: HTMLFormElement): Control[] {
  const all = [...form.elements].filter((one) => one instanceof HTMLInputElement || one instanceof HTMLSelectElement || one instanceof HTMLTextAreaElement);
  return (all as Control[]).filter((one) => one.id && one.type !== "hidden" && one.type !== "file");
}

const valueOf = (control: Control) => (control instanceof HTMLInputElement && (control.type === "checkbox" || control.type === "radio") ? String(control.checked) : control.value);

/** What each control holds now, by its id. */
export function values(form: HTMLFormElement): Map<string, string> {
  return new Map(controls(form).map((control) => [control.id, valueOf(control)]));
}

/** Puts the form of the answer in the place of the form; `sent` is what the controls held when it was asked for. */
export function showAgain(form: HTMLFormElement, html: string, sent: Map<string, string>): void {
  const answer = new DOMParser().parseFromString(html, "text/html");
  const fresh = answer.querySelector<HTMLFormElement>(`form[data-draft="${form.dataset["draft"]}"]`);
  if (!fresh) throw new Error("the answer has no such form");
  const typedSince = controls(form).filter((control) => sent.get(control.id) !== valueOf(control));
  const kept = new Map(typedSince.map((control) => [control.id, valueOf(control)]));
  Idiomorph.morph(form, fresh, {
    ignoreActiveValue: true,
    callbacks: {
      // The division picker keeps its own empty levels shut.
      beforeAttributeUpdated: (name: string, node: Element) => !(name === "disabled" && node.matches("[data-division-level]")),
    },
  });
  for (const control of controls(form)) {
    const value = kept.get(control.id);
    if (value === undefined) continue;
    if (control instanceof HTMLInputElement && (control.type === "checkbox" || control.type === "radio")) control.checked = value === "true";
    else control.value = value;
  }
  const steps = document.querySelector(".form-side");
  const freshSteps = answer.querySelector(".form-side");
  if (steps && freshSteps) Idiomorph.morph(steps, freshSteps);
  startIslands(form);
}
