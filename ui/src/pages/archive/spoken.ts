/** What is spoken into the microphone, kept on this device piece by piece until it has arrived: it outlives a reload and needs no network. */

export type Spoken = {
  id: string;
  /** Whose it is: a device may be shared. */
  user: number;
  begunAt: number;
  durationMs: number;
  mediaType: string;
  size: number;
};

type Piece = { recording: string; at: number; sound: Blob };

let opening: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("mediatheque-spoken", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("recordings", { keyPath: "id" });
      request.result.createObjectStore("pieces", { keyPath: ["recording", "at"] });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function settled(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
}

const piecesOf = (id: string) => IDBKeyRange.bound([id, 0], [id, Number.MAX_SAFE_INTEGER]);

/** Keep a piece together with how long all of it is by now. */
export async function keepPiece(spoken: Spoken, at: number, sound: Blob): Promise<void> {
  const transaction = (await database()).transaction(["recordings", "pieces"], "readwrite");
  transaction.objectStore("recordings").put(spoken);
  const piece: Piece = { recording: spoken.id, at, sound };
  transaction.objectStore("pieces").put(piece);
  await settled(transaction);
}

/** The whole sound of a recording. */
export async function soundOf(spoken: Spoken): Promise<Blob> {
  const transaction = (await database()).transaction("pieces");
  const pieces = (await done(transaction.objectStore("pieces").getAll(piecesOf(spoken.id)))) as Piece[];
  return new Blob(
    pieces.map((piece) => piece.sound),
    { type: spoken.mediaType },
  );
}

/** Forget a recording: it has arrived, or nobody wants it. */
export async function forgetSpoken(id: string): Promise<void> {
  const transaction = (await database()).transaction(["recordings", "pieces"], "readwrite");
  transaction.objectStore("recordings").delete(id);
  transaction.objectStore("pieces").delete(piecesOf(id));
  await settled(transaction);
}

/** What this person spoke and did not send, the latest first; not what another window is recording now. */
export async function unsent(user: number): Promise<Spoken[]> {
  const transaction = (await database()).transaction("recordings");
  const all = (await done(transaction.objectStore("recordings").getAll())) as Spoken[];
  const held = new Set((await navigator.locks?.query())?.held?.map((lock) => lock.name));
  return all
    .filter((spoken) => spoken.user === user && !held.has(lockOf(spoken.id)))
    .sort((a, b) => b.begunAt - a.begunAt);
}

/** Whoever records holds this, so that no other window takes it for left behind. */
export const lockOf = (id: string) => `mediatheque-recording-${id}`;

/** The name of the file that it is sent as. */
export function fileNameOf(spoken: Spoken): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const at = new Date(spoken.begunAt);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const ending = spoken.mediaType.includes("mp4") ? "m4a" : spoken.mediaType.includes("ogg") ? "ogg" : "webm";
  return `Recording ${day} ${two(at.getHours())}.${two(at.getMinutes())}.${ending}`;
}
