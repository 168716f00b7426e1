// File fields: <input type="file" data-upload="/…" data-max-bytes="20971520" accept="application/pdf,image/jpeg">.
// Size and kind are checked before anything is sent, a picture is previewed, and the file is posted at once with
// progress. The answer is the material's fragment and takes the place of the nearest .material. Without data-upload the
// file goes with the form. The server checks again: kind by content, size while streaming.
import { csrfToken, icon, startIslands } from "./page";
import { fileSize, words } from "./words";

const kindNames: Record<string, string> = { "application/pdf": "PDF", "image/jpeg": "JPG", "image/png": "PNG", "application/ofd": "OFD" };

/** What is wrong with a file, or an empty text. */
function complaint(file: File, accept: string, maxBytes: number): string {
  if (file.size === 0) return words.empty;
  if (maxBytes && file.size > maxBytes) return words.tooLarge(fileSize(file.size), fileSize(maxBytes));
  const kinds = accept.split(",").map((kind) => kind.trim()).filter(Boolean);
  const fits = kinds.some((kind) => (kind.startsWith(".") ? file.name.toLowerCase().endsWith(kind) : kind.endsWith("/*") ? file.type.startsWith(kind.slice(0, -1)) : file.type === kind));
  if (kinds.length && !fits) return words.wrongKind(kinds.map((kind) => kindNames[kind] ?? kind.replace(".", "").toUpperCase()).join(document.documentElement.lang.startsWith("zh") ? "、" : ", "));
  return "";
}

/** Draws a picture into a canvas: the policy allows no blob: addresses, and a canvas needs none. */
async function thumbnail(file: File): Promise<Element> {
  if (file.type.startsWith("image/")) {
    try {
      const picture = await createImageBitmap(file);
      const scale = Math.min(1, 240 / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.max(1, Math.round(picture.width * scale));
      canvas.height = Math.max(1, Math.round(picture.height * scale));
      canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
      picture.close();
      return canvas;
    } catch {
      return icon("file-image");
    }
  }
  return icon("file-text");
}

export function startUpload(element: HTMLElement): void {
  const input = element as HTMLInputElement;
  const box = input.closest<HTMLElement>(".upload") ?? input.parentElement;
  if (!box) return;
  const errorId = `${input.id || "file"}-error`;
  const note = document.createElement("div");
  note.className = "file";
  note.hidden = true;
  box.append(note);

  const fail = (text: string) => {
    let line = document.getElementById(errorId);
    if (!line) {
      line = document.createElement("p");
      line.id = errorId;
      line.className = "field-error";
      box.append(line);
      input.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby") ?? ""} ${errorId}`.trim());
    }
    line.setAttribute("role", "alert");
    line.replaceChildren(icon("circle-alert"), ` ${text}`);
    line.hidden = !text;
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    input.closest(".material")?.classList.toggle("has-error", text !== "");
  };

  const send = (file: File, address: string, line: HTMLElement) => {
    const progress = document.createElement("progress");
    progress.className = "upload-progress";
    progress.max = 100;
    progress.setAttribute("aria-label", words.uploadLabel);
    line.append(progress);
    const body = new FormData();
    body.append("csrf", csrfToken());
    body.append("file", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("x-csrf-token", csrfToken());
    request.setRequestHeader("hx-request", "true");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress.value = Math.round((event.loaded / event.total) * 100);
    });
    request.addEventListener("load", () => {
      const isPage = request.getResponseHeader("content-type")?.startsWith("text/html");
      const material = input.closest(".material");
      if ((request.status < 300 || request.status === 422) && isPage && material) {
        const holder = document.createElement("template");
        holder.innerHTML = request.responseText;
        const fresh = holder.content.firstElementChild;
        if (fresh instanceof HTMLElement) {
          material.replaceWith(fresh);
          startIslands(fresh);
          (fresh.querySelector<HTMLElement>("a, button, input") ?? fresh).focus();
          return;
        }
      }
      progress.remove();
      if (request.status >= 300) fail(words.uploadFailed);
    });
    request.addEventListener("error", () => {
      progress.remove();
      fail(words.uploadFailed);
    });
    request.send(body);
  };

  const chosen = async () => {
    const file = input.files?.[0];
    note.hidden = true;
    if (!file) return;
    const wrong = complaint(file, input.accept, Number(input.dataset["maxBytes"] ?? 0));
    fail(wrong);
    if (wrong) {
      input.value = "";
      return;
    }
    const preview = document.createElement("span");
    preview.className = "file-preview";
    preview.append(await thumbnail(file));
    const text = document.createElement("div");
    const name = document.createElement("p");
    name.className = "file-name";
    name.textContent = file.name;
    const size = document.createElement("p");
    size.className = "list-note";
    size.textContent = fileSize(file.size);
    text.append(name, size);
    note.replaceChildren(preview, text);
    note.hidden = false;
    const address = input.dataset["upload"];
    if (address) send(file, address, text);
  };
  input.addEventListener("change", () => void chosen());

  box.addEventListener("dragover", (event) => {
    event.preventDefault();
    box.classList.add("is-over");
  });
  box.addEventListener("dragleave", () => box.classList.remove("is-over"));
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    box.classList.remove("is-over");
    if (!event.dataTransfer?.files.length) return;
    input.files = event.dataTransfer.files;
    void chosen();
  });
}
