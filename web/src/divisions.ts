// The division picker: <fieldset data-division data-division-url="/divisions"> with one select[data-division-level] a level,
// all of one name; the server takes the last that is not empty. Choosing a level fetches the next.
import { words } from "./words";

type Division = { code: string; name: string };

export function startDivisions(picker: HTMLElement): void {
  const levels = [...picker.querySelectorAll<HTMLSelectElement>("select[data-division-level]")];
  const url = picker.dataset["divisionUrl"] ?? "/divisions";
  let latest = 0;

  const fill = (select: HTMLSelectElement, divisions: Division[]) => {
    const first = new Option(words.choose, "");
    select.replaceChildren(first, ...divisions.map(({ code, name }) => new Option(name, code)));
    select.disabled = divisions.length === 0;
  };
  for (const [index, select] of levels.entries()) {
    if (select.options.length <= 1) select.disabled = true;
    select.addEventListener("change", async () => {
      const request = ++latest;
      for (const later of levels.slice(index + 1)) fill(later, []);
      const next = levels[index + 1];
      // The province as a whole stands among its own cities: nothing follows on it.
      if (!next || !select.value || select.selectedOptions[0]?.hasAttribute("data-division-whole")) return;
      next.setAttribute("aria-busy", "true");
      try {
        const response = await fetch(`${url}?parent=${encodeURIComponent(select.value)}`, { headers: { accept: "application/json" }, credentials: "same-origin" });
        if (!response.ok) throw new Error(String(response.status));
        const divisions = (await response.json()) as Division[];
        if (request === latest) fill(next, divisions);
      } catch {
        if (request !== latest) return;
        next.replaceChildren(new Option(words.divisionsFailed, ""));
        select.selectedIndex = 0;
      } finally {
        next.removeAttribute("aria-busy");
      }
    });
  }
}
