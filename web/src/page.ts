// What the islands share.

/** Runs `start` on every match now and on every match that htmx or an island puts in later, once each. */
const islands: { selector: string; start: (element: HTMLElement) => void; seen: WeakSet<Element> }[] = [];

export function island(selector: string, start: (element: HTMLElement) => void): void {
  islands.push({ selector, start, seen: new WeakSet() });
}

export function startIslands(root: ParentNode): void {
  for (const { selector, start, seen } of islands) {
    const matches = [...root.querySelectorAll<HTMLElement>(selector)];
    if (root instanceof HTMLElement && root.matches(selector)) matches.unshift(root);
    for (const element of matches) {
      if (seen.has(element)) continue;
      seen.add(element);
      start(element);
    }
  }
}

/** The token the server wants with every changing request, from the page's head. */
export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

/** True on a shared machine, where nothing may stay in the browser. */
export function onKiosk(): boolean {
  return "kiosk" in document.documentElement.dataset;
}

/** An icon of the sprite. The sprite's address is read from an icon that the server rendered. */
export function icon(name: string): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const sprite = document.querySelector(".icon use")?.getAttribute("href")?.split("#")[0];
  if (sprite) {
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${sprite}#${name}`);
    svg.append(use);
  }
  return svg;
}
