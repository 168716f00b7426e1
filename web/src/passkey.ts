// Passkeys: a form[data-passkey="get" or "create"] carries in data-passkey-options what the browser is asked, as JSON of Web
// Authentication, level 3. What it answers goes into the form's hidden field `credential`, and the form is sent as any
// other. Where the browser has no passkeys the form says so; without script its own words stand there.
import { words } from "./words";

type Descriptor = { type: "public-key"; id: string; transports?: AuthenticatorTransport[] };
type Options = Record<string, unknown> & {
  challenge: string;
  user?: { id: string; name: string; displayName: string };
  allowCredentials?: Descriptor[];
  excludeCredentials?: Descriptor[];
};

function bytes(text: string): ArrayBuffer {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
}

function text(buffer: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** What the browser takes: the same with bytes in the place of base64url. */
function read(options: Options): object {
  const described = (list: Descriptor[] | undefined) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user ? { user: { ...options.user, id: bytes(options.user.id) } } : {}),
    ...(options.excludeCredentials ? { excludeCredentials: described(options.excludeCredentials) } : {}),
    ...(options.allowCredentials ? { allowCredentials: described(options.allowCredentials) } : {}),
  };
}

/** What the server takes: base64url in the place of bytes. */
function written(credential: PublicKeyCredential): string {
  const { response } = credential;
  const answer: Record<string, unknown> = { clientDataJSON: text(response.clientDataJSON) };
  if (response instanceof AuthenticatorAttestationResponse) {
    answer["attestationObject"] = text(response.attestationObject);
    answer["transports"] = response.getTransports?.() ?? [];
  } else if (response instanceof AuthenticatorAssertionResponse) {
    answer["authenticatorData"] = text(response.authenticatorData);
    answer["signature"] = text(response.signature);
    answer["userHandle"] = response.userHandle ? text(response.userHandle) : null;
  }
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: answer,
  });
}

function reason(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "InvalidStateError") return words.passkeyThere;
  return name === "NotAllowedError" || name === "AbortError" ? words.passkeyStopped : words.passkeyFailed;
}

export function startPasskey(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  const button = form.querySelector<HTMLButtonElement>("[data-passkey-button]");
  const field = form.querySelector<HTMLInputElement>('input[name="credential"]');
  const said = form.querySelector<HTMLElement>("[data-passkey-said]");
  if (!button || !field || !said) return;
  const say = (line: string) => {
    said.textContent = line;
    said.hidden = line === "";
  };
  if (!window.PublicKeyCredential) {
    say(words.passkeyMissing);
    return;
  }
  button.hidden = false;
  const publicKey = read(JSON.parse(form.dataset["passkeyOptions"] ?? "{}") as Options);
  const creates = form.dataset["passkey"] === "create";
  let waiting: AbortController | undefined;
  const send = (credential: Credential | null) => {
    if (!(credential instanceof PublicKeyCredential)) return;
    field.value = written(credential);
    form.submit();
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    waiting?.abort();
    say("");
    button.disabled = true;
    try {
      send(
        creates
          ? await navigator.credentials.create({ publicKey: publicKey as PublicKeyCredentialCreationOptions })
          : await navigator.credentials.get({ publicKey: publicKey as PublicKeyCredentialRequestOptions }),
      );
    } catch (error) {
      say(reason(error));
    } finally {
      button.disabled = false;
    }
  });

  // The browser offers passkeys in the field where one types the number, and stays quiet where it has none.
  if ("passkeyAutofill" in form.dataset) {
    void (async () => {
      if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
      waiting = new AbortController();
      try {
        send(
          await navigator.credentials.get({
            publicKey: publicKey as PublicKeyCredentialRequestOptions,
            mediation: "conditional",
            signal: waiting.signal,
          }),
        );
      } catch {
        // Given up for the button, or for another page: that is no mistake of anybody's.
      }
    })();
  }
}
