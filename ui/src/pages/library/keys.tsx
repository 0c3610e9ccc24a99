/** Keys that act on the title the keyboard is at, or on all that are chosen: x, r and a digit, w, l, h. */
import { Trans, useLingui } from "@lingui/react/macro";
import { type ReactNode, type RefObject, useEffect, useState } from "react";
import { useItemActions } from "@/api/items";
import type { CardView } from "@/api/schema";
import { Keys } from "@/kit/keys";
import { ratingOf } from "@/kit/rating";
import { useShortcuts } from "@/kit/shortcuts";
import type { ChangeChosen } from "./bulk";
import type { Selection } from "./selection";

/** How long a rating is waited for after r. */
const WAITS_MS = 5000;

/** Listens; what it returns says which key is waited for. */
export function useCardKeys(
  active: RefObject<{ index: number; card: CardView | undefined }>,
  selection: Selection,
  change: ChangeChosen,
): ReactNode {
  const { t } = useLingui();
  const { rate, save, hide, finish } = useItemActions();
  const [isRating, setRating] = useState(false);
  const isMany = selection.count > 0;
  const one = () => active.current?.card;

  useShortcuts([
    {
      keys: "x",
      name: t`Choose the title`,
      run: () => {
        const card = one();
        if (card) selection.toggle(active.current.index, card);
      },
    },
    { keys: "r", name: t`Rate it: then 1 to 9 for halves, 0 for five stars`, run: () => setRating(true) },
    {
      keys: "w",
      name: t`Seen, read or heard`,
      run: () => {
        const card = one();
        if (isMany) change("watched");
        else if (card) void finish(card);
      },
    },
    {
      keys: "l",
      name: t`For later, or no longer`,
      run: () => {
        const card = one();
        if (isMany) change("save");
        else if (card) void save(card, !card.standing?.is_saved);
      },
    },
    {
      keys: "h",
      name: t`Hide, or show again`,
      run: () => {
        const card = one();
        if (isMany) change("hide");
        else if (card) void hide(card, !card.standing?.is_hidden);
      },
    },
  ]);

  useEffect(() => {
    if (!isRating) return;
    const timer = setTimeout(() => setRating(false), WAITS_MS);
    const onKeyDown = (event: KeyboardEvent) => {
      const isDigit = /^[0-9]$/.test(event.key);
      setRating(false);
      if (!isDigit && !["Delete", "Backspace", "Escape"].includes(event.key)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const stars = ratingOf(event.key, null);
      if (stars === undefined) return;
      const card = active.current?.card;
      if (isMany) change(stars === null ? "unrate" : "rate", stars ?? undefined);
      else if (card) void rate(card, stars);
    };
    window.addEventListener("keydown", onKeyDown, { capture: true });
    return () => {
      clearTimeout(timer);
      window.removeEventListener("keydown", onKeyDown, { capture: true });
    };
  });

  if (!isRating) return null;
  return (
    <p
      role="status"
      className="appear fixed inset-x-0 bottom-24 z-50 mx-auto flex w-fit items-center gap-3 rounded-2xl bg-ink px-4 py-2.5 text-sm text-paper shadow-high lg:bottom-8"
    >
      <Trans>How many stars?</Trans>
      <span className="flex items-center gap-1.5">
        <Keys of="1" />–<Keys of="9" /> <Trans>halves</Trans>
      </span>
      <span className="flex items-center gap-1.5">
        <Keys of="0" /> <Trans>five</Trans>
      </span>
      <span className="flex items-center gap-1.5">
        <Keys of="⌫" /> <Trans>none</Trans>
      </span>
    </p>
  );
}
