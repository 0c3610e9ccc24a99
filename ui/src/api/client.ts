/** The way to the API: typed by the OpenAPI document, with the cookie's CSRF token, errors thrown as problems. */
import createClient, { type Middleware } from "openapi-fetch";
import type { Problem, paths } from "./schema";

/** What the API refused, with words for people: RFC 9457. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly problem: Partial<Problem>;

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? problem.title ?? `The server answered ${status}.`);
    this.name = "ApiProblem";
    this.status = status;
    this.problem = problem;
  }
}

/** Nothing answered: the server is gone, or the network. */
export class Unreachable extends Error {
  constructor() {
    super("The server does not answer.");
    this.name = "Unreachable";
  }
}

let csrf: string | null = null;

/** Remember the token that unsafe requests must bring; the session says it. */
export function setCsrf(token: string | null): void {
  csrf = token;
}

/** The headers of an unsafe request made without the client (uploads, streams). */
export function csrfHeaders(): Record<string, string> {
  return csrf ? { "X-CSRF-Token": csrf } : {};
}

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

const guarding: Middleware = {
  onRequest({ request }) {
    if (!SAFE.has(request.method) && csrf) request.headers.set("X-CSRF-Token", csrf);
    return request;
  },
  async onResponse({ response }) {
    if (response.ok) return;
    throw new ApiProblem(response.status, await problemOf(response));
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === "AbortError") return error;
    return new Unreachable();
  },
};

/** What an answer that is no success says; an empty problem where it says nothing that can be read. */
export async function problemOf(response: Response): Promise<Partial<Problem>> {
  try {
    return (await response.clone().json()) as Partial<Problem>;
  } catch {
    return {};
  }
}

export const client = createClient<paths>({
  baseUrl: "/",
  credentials: "same-origin",
  // Lists of kinds and genres come as ?kind=film&kind=book.
  querySerializer: { array: { style: "form", explode: true } },
});
client.use(guarding);

/** The data of an answer; a problem was thrown before. */
export function dataOf<T>(answer: { data?: T }): T {
  return answer.data as T;
}
