/** What is dropped anywhere on the page or pasted: files, whole folders, links. */
import { useEffect, useRef, useState } from "react";
import { isTyping } from "@/kit/shortcuts";
import { linksIn } from "./files";

export type Given = { files: File[]; links: string[] };

/** Listen for what is dropped anywhere on the page, or pasted outside of fields; whether something hovers over it now. */
export function useGiven(onGiven: (given: Given) => void): boolean {
  const [isOver, setOver] = useState(false);
  const latest = useRef(onGiven);
  useEffect(() => {
    latest.current = onGiven;
  });
  useEffect(() => {
    let depth = 0;
    const carries = (event: DragEvent) =>
      event.dataTransfer?.types.some((type) => type === "Files" || type === "text/uri-list") ?? false;
    const enter = (event: DragEvent) => {
      if (!carries(event)) return;
      depth++;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (carries(event) && --depth <= 0) setOver(false);
    };
    const over = (event: DragEvent) => carries(event) && event.preventDefault();
    const drop = (event: DragEvent) => {
      depth = 0;
      setOver(false);
      if (!carries(event) || !event.dataTransfer) return;
      event.preventDefault();
      void givenBy(event.dataTransfer).then((given) => latest.current(given));
    };
    const paste = (event: ClipboardEvent) => {
      if (isTyping(event.target) || !event.clipboardData) return;
      const given = {
        files: [...event.clipboardData.files],
        links: linksIn(event.clipboardData.getData("text/plain")),
      };
      if (given.files.length + given.links.length > 0) latest.current(given);
    };
    window.addEventListener("dragenter", enter);
    window.addEventListener("dragleave", leave);
    window.addEventListener("dragover", over);
    window.addEventListener("drop", drop);
    window.addEventListener("paste", paste);
    return () => {
      window.removeEventListener("dragenter", enter);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("dragover", over);
      window.removeEventListener("drop", drop);
      window.removeEventListener("paste", paste);
    };
  }, []);
  return isOver;
}

async function givenBy(transfer: DataTransfer): Promise<Given> {
  // Entries must be taken before anything is waited for: the list is empty afterwards.
  const entries = [...transfer.items]
    .filter((item) => item.kind === "file")
    .map((item) => item.webkitGetAsEntry());
  const plain = [...transfer.files];
  const links = linksIn(transfer.getData("text/uri-list") || transfer.getData("text/plain"));
  if (!entries.some((entry) => entry?.isDirectory)) return { files: plain, links };
  const found = await Promise.all(entries.filter((entry) => entry !== null).map(filesIn));
  return { files: found.flat(), links };
}

async function filesIn(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    const file = entry as FileSystemFileEntry;
    return [await new Promise<File>((resolve, reject) => file.file(resolve, reject))];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  // A reader gives a hundred at a time, and none when it is done.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return found;
    for (const inside of some) found.push(...(await filesIn(inside)));
  }
}
