// Keys for a work list: [data-worklist] with tr[data-row], each holding a[data-row-link]. j and k move and ask for the
// preview (the link's own hx-get with the trigger "preview"), x ticks, Enter opens because the link has the focus.
import htmx from "htmx.org";

export function startWorklist(list: HTMLElement): void {
  const rows = [...list.querySelectorAll<HTMLElement>("[data-row]")];
  let at = rows.findIndex((row) => row.classList.contains("is-selected"));

  const select = (index: number) => {
    const row = rows[index];
    if (!row) return;
    rows[at]?.classList.remove("is-selected");
    at = index;
    row.classList.add("is-selected");
    const link = row.querySelector<HTMLAnchorElement>("[data-row-link]");
    link?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    if (link?.hasAttribute("hx-get")) htmx.trigger(link, "preview", {});
  };
  document.addEventListener("keydown", (event) => {
    if (!list.isConnected || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    if (target.matches("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
    if (event.key === "j") select(Math.min(at + 1, rows.length - 1));
    else if (event.key === "k") select(Math.max(at - 1, 0));
    else if (event.key === "x") rows[at]?.querySelector<HTMLInputElement>("input[type=checkbox]")?.click();
    else return;
    event.preventDefault();
  });
}
