// What people do with forms, with scripts and without.
import { expect, type Locator, type Page } from "@playwright/test";
import type { File } from "./files.ts";

/** Picks a division level by level; without scripts each level is fetched by the picker's button. */
export async function pickDivision(page: Page, legend: string, names: string[], script: boolean): Promise<void> {
  const picker = () => page.getByRole("group", { name: legend });
  for (const [level, name] of names.entries()) {
    const select = picker().getByRole("combobox").nth(level);
    await expect(select.getByRole("option", { name, exact: true })).toBeAttached();
    await select.selectOption({ label: name });
    if (!script && level < names.length - 1) await picker().getByRole("button").click();
  }
}

/** The names chosen in a picker. */
export async function divisionsChosen(page: Page, legend: string): Promise<string[]> {
  const selects = page.getByRole("group", { name: legend }).getByRole("combobox");
  return selects.evaluateAll((all) =>
    all.map((one) => (one as HTMLSelectElement).selectedOptions[0]?.label ?? "").filter((label) => label !== "请选择" && label !== ""),
  );
}

/** The message beside a control, found as a screen reader finds it: through `aria-describedby`. */
export async function messageBeside(control: Locator): Promise<string> {
  await expect(control).toHaveAttribute("aria-invalid", "true");
  return control.evaluate((element) => {
    const ids = (element.getAttribute("aria-describedby") ?? "").split(/\s+/);
    return ids.map((id) => document.getElementById(id)).filter((one) => one?.classList.contains("field-error")).map((one) => one!.textContent!.trim()).join(" ");
  });
}

/** Chooses a file for a material; without scripts the upload button sends it. */
export async function upload(page: Page, material: string, file: File, script: boolean): Promise<void> {
  const box = materialBox(page, material);
  await box.locator("input[type=file]").setInputFiles(file);
  if (!script) await box.getByRole("button", { name: /^上传/ }).click();
}

/** The block of a material on the page of materials. */
export function materialBox(page: Page, material: string): Locator {
  return page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: material, exact: true }) });
}
