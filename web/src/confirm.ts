// Asks before a button acts: <button type="submit" data-confirm="dialog-id"> opens that <dialog>; its button with the value
// "yes" submits the form as the first button would have. Without script the server asks on a page of its own.

export function startConfirm(element: HTMLElement): void {
  const button = element as HTMLButtonElement;
  const dialog = document.getElementById(button.dataset["confirm"] ?? "");
  if (!(dialog instanceof HTMLDialogElement)) return;
  let sure = false;
  button.addEventListener("click", (event) => {
    if (sure) {
      sure = false;
      return;
    }
    const form = button.form;
    if (form && !form.noValidate && !button.formNoValidate && !form.reportValidity()) {
      event.preventDefault();
      return;
    }
    event.preventDefault();
    dialog.returnValue = "";
    dialog.showModal();
    dialog.addEventListener(
      "close",
      () => {
        if (dialog.returnValue !== "yes") return;
        sure = true;
        // The server knows from this that the question was put and answered.
        if (form && !form.querySelector('input[name="confirmed"]')) {
          const field = document.createElement("input");
          field.type = "hidden";
          field.name = "confirmed";
          field.value = "yes";
          form.append(field);
        }
        button.click();
      },
      { once: true },
    );
  });
}
