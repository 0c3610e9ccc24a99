/** What other apps share is understood, however they say it; addresses after the door stay inside. */
import { expect, test } from "vitest";
import { isInside } from "@/shell/entering";
import { linkIn } from "@/shell/shared-link";

test("the link is found wherever an app puts it", () => {
  expect(linkIn({ url: "https://example.org/talk" })).toBe("https://example.org/talk");
  expect(linkIn({ text: "Listen to this: https://example.org/a?b=1&c=2." })).toBe(
    "https://example.org/a?b=1&c=2",
  );
  expect(linkIn({ title: "(http://example.org/x)" })).toBe("http://example.org/x");
  expect(linkIn({ title: "A talk", text: "about sound" })).toBeUndefined();
  expect(linkIn({ url: 7, text: null })).toBeUndefined();
  expect(linkIn({ url: "javascript:alert(1)" })).toBeUndefined();
});

test("after signing in one goes on inside, and nowhere else", () => {
  for (const inside of ["/", "/items/7", "/archive/3?t=61#lines"]) expect(isInside(inside)).toBe(true);
  for (const outside of ["//evil.example", "/\\evil.example", "https://evil.example", "", "items", 7, null])
    expect(isInside(outside)).toBe(false);
});
