/** A file sent as a form, with how much of it has gone: fetch cannot tell that, XMLHttpRequest can. */
import { ApiProblem, csrfHeaders, Unreachable } from "@/api/client";
import type { Problem } from "@/api/schema";

export type Options = Partial<Record<"source" | "profile" | "date_order" | "timezone" | "rows", string>>;

export function send<T>(
  path: "/api/imports" | "/api/previews",
  file: File,
  options: Options,
  onShare: (share: number) => void,
  signal: AbortSignal,
): Promise<T> {
  const form = new FormData();
  for (const [name, value] of Object.entries(options)) form.set(name, value);
  form.set("file", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.responseType = "json";
    for (const [name, value] of Object.entries(csrfHeaders())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => event.lengthComputable && onShare(event.loaded / event.total);
    request.onload = () => {
      const answer: unknown = request.response;
      if (request.status >= 200 && request.status < 300) resolve(answer as T);
      else reject(new ApiProblem(request.status, (answer ?? {}) as Partial<Problem>));
    };
    request.onerror = () => reject(new Unreachable());
    request.onabort = () => reject(new DOMException("It was taken away.", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}
