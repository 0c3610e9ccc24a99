/** What is taken for a recording, and what for a link. */
import { describe, expect, test } from "vitest";
import { isMedia, linksIn } from "@/pages/archive/files";

describe("files", () => {
  test.each([
    ["talk.mp3", "audio/mpeg"],
    ["talk.OPUS", ""],
    ["film.mkv", ""],
    ["no ending", "video/mp4"],
  ])("%s is a recording", (name, type) => {
    expect(isMedia(new File(["x"], name, { type }))).toBe(true);
  });

  test.each([
    ["cover.jpg", "image/jpeg"],
    ["notes.txt", "text/plain"],
    ["mp3", ""],
  ])("%s is none", (name, type) => {
    expect(isMedia(new File(["x"], name, { type }))).toBe(false);
  });
});

describe("links", () => {
  test("one a line, or among words", () => {
    expect(linksIn("https://example.org/a\nsee http://example.org/b and www.example.org/c")).toEqual([
      "https://example.org/a",
      "http://example.org/b",
      "www.example.org/c",
    ]);
  });

  test("none in what is no link", () => {
    expect(linksIn("two words, javascript:alert(1), https://")).toEqual([]);
  });
});
