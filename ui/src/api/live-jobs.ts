/** Jobs as they go: one live connection for the whole page, opened by the first who looks on, taken up again after every cut. */
import { useEffect, useRef, useSyncExternalStore } from "react";
import { client, dataOf } from "./client";
import type { JobView, State } from "./schema";

/** What a live connection is doing. */
export type Link = "opening" | "open" | "lost";

type Seen = {
  link: Link;
  jobs: ReadonlyMap<number, JobView>;
};

type Message = { event: "job"; data: JobView } | { event: "place"; id: string } | { event: "alive" };

/** From these a job goes no further by itself. */
export const ENDED: ReadonlySet<State> = new Set(["completed", "duplicate", "failed", "cancelled"]);

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;
/** The server gives a sign of life every 15 seconds. */
const SILENCE = 40_000;
/** Who leaves one page for the next comes back at once. */
const GRACE = 2000;
/** Many jobs change at once; nobody reads faster. */
const SHOWN_EVERY = 200;
const MOST_KEPT = 1000;

class LiveJobs {
  private seen: Seen = { link: "opening", jobs: new Map() };
  private jobs = new Map<number, JobView>();
  private readonly watchers = new Set<() => void>();
  private readonly endings = new Set<(job: JobView) => void>();
  private socket: WebSocket | null = null;
  private isWanted = false;
  private cursor: string | null = null;
  private failures = 0;
  private waiting: number | undefined;
  private silence: number | undefined;
  private telling: number | undefined;
  private leaving: number | undefined;

  constructor(private readonly isAll: boolean) {}

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    window.clearTimeout(this.leaving);
    if (!this.isWanted) this.begin();
    return () => {
      this.watchers.delete(watcher);
      if (this.watchers.size === 0) this.leaving = window.setTimeout(() => this.end(), GRACE);
    };
  };

  readonly snapshot = (): Seen => this.seen;

  onEnd(ending: (job: JobView) => void): () => void {
    this.endings.add(ending);
    return () => this.endings.delete(ending);
  }

  /** What an answer to a request said of a job, before the connection says it. */
  know(job: JobView): void {
    this.take(job);
    this.tell();
  }

  readonly now = (): void => {
    if (!this.isWanted || this.socket || document.visibilityState === "hidden") return;
    window.clearTimeout(this.waiting);
    void this.connect();
  };

  private begin(): void {
    this.isWanted = true;
    window.addEventListener("online", this.now);
    document.addEventListener("visibilitychange", this.now);
    void this.connect();
  }

  private end(): void {
    this.isWanted = false;
    window.removeEventListener("online", this.now);
    document.removeEventListener("visibilitychange", this.now);
    window.clearTimeout(this.waiting);
    window.clearTimeout(this.silence);
    this.socket?.close();
    this.socket = null;
    this.cursor = null;
    this.failures = 0;
    this.jobs = new Map();
    this.seen = { link: "opening", jobs: this.jobs };
  }

  private async connect(): Promise<void> {
    let ticket: string;
    try {
      ticket = dataOf(await client.POST("/api/tickets")).ticket;
    } catch {
      this.lose();
      return;
    }
    if (!this.isWanted || this.socket) return;
    const query = new URLSearchParams({ ticket });
    if (this.isAll) query.set("all", "true");
    if (this.cursor) query.set("cursor", this.cursor);
    const scheme = window.location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${window.location.host}/api/jobs/live?${query}`);
    this.socket = socket;
    this.listen(socket);
    socket.onmessage = (message) => {
      this.listen(socket);
      this.hear(JSON.parse(String(message.data)) as Message);
    };
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.socket = null;
      window.clearTimeout(this.silence);
      this.lose();
    };
  }

  private hear(message: Message): void {
    if (message.event === "job") {
      this.take(message.data);
    } else if (message.event === "place") {
      this.cursor = message.id;
      this.failures = 0;
      this.change("open");
    }
  }

  /** A network that is gone without a word is noticed by its silence. */
  private listen(socket: WebSocket): void {
    window.clearTimeout(this.silence);
    this.silence = window.setTimeout(() => socket.close(), SILENCE);
  }

  private lose(): void {
    if (!this.isWanted) return;
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.failures) * (0.75 + Math.random() / 2);
    this.failures++;
    // The server ends a connection every hour by itself: that is no loss until coming again fails.
    if (this.failures > 1) this.change("lost");
    window.clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => void this.connect(), wait);
  }

  private take(job: JobView): void {
    const known = this.jobs.get(job.id);
    if (known && known.revision >= job.revision) return;
    this.jobs.set(job.id, job);
    if (ENDED.has(job.state) && !(known && ENDED.has(known.state))) {
      for (const ending of this.endings) ending(job);
    }
    if (this.jobs.size > MOST_KEPT) {
      const old = [...this.jobs.values()].find((one) => ENDED.has(one.state));
      if (old) this.jobs.delete(old.id);
    }
    this.telling ??= window.setTimeout(() => this.tell(), SHOWN_EVERY);
  }

  private change(link: Link): void {
    this.seen = { ...this.seen, link };
    this.tell();
  }

  private tell(): void {
    window.clearTimeout(this.telling);
    this.telling = undefined;
    this.seen = { link: this.seen.link, jobs: new Map(this.jobs) };
    for (const watcher of this.watchers) watcher();
  }
}

const mine = new LiveJobs(false);
const everybodys = new LiveJobs(true);

/** What goes on now and what ended meanwhile, as it goes; an administrator may look at everybody's. */
export function useLiveJobs(isAll = false): Seen & { connectNow: () => void; know: (job: JobView) => void } {
  const live = isAll ? everybodys : mine;
  const seen = useSyncExternalStore(live.subscribe, live.snapshot);
  return { ...seen, connectNow: live.now, know: (job) => live.know(job) };
}

/** Called when a job ends while somebody looks on; several that end at once are told together. */
export function useWhenJobsEnd(told: () => void, isAll = false): void {
  const latest = useRef(told);
  useEffect(() => {
    latest.current = told;
  });
  useEffect(() => {
    let soon: number | undefined;
    const forget = (isAll ? everybodys : mine).onEnd(() => {
      window.clearTimeout(soon);
      soon = window.setTimeout(() => latest.current(), 300);
    });
    return () => {
      window.clearTimeout(soon);
      forget();
    };
  }, [isAll]);
}
