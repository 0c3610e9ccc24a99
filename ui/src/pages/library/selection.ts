/** Which titles are chosen for one change of many: some of them, or all that the filter leaves. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { CardView } from "@/api/schema";
import { sayError } from "@/kit/toasts";
import { cardsBetween } from "./data";
import type { LibrarySearch } from "./search";

export type Selection = {
  isAll: boolean;
  count: number;
  /** Whether a tap chooses instead of opening. */
  isChoosing: boolean;
  has: (id: number) => boolean;
  ids: () => number[];
  toggle: (index: number, card: CardView) => void;
  /** Everything from the last choice to here. */
  reach: (index: number) => void;
  all: () => void;
  setChoosing: (is: boolean) => void;
  clear: () => void;
};

/** `listKey` names the list: with another one, nothing is chosen. */
export function useSelection(search: LibrarySearch, listKey: string, total: number): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [isAll, setAll] = useState(false);
  const [isChoosing, setChoosing] = useState(false);
  const anchor = useRef<number | undefined>(undefined);
  const searched = useRef(search);
  useEffect(() => {
    searched.current = search;
  });

  const clear = useCallback(() => {
    setChosen(new Set());
    setAll(false);
    setChoosing(false);
    anchor.current = undefined;
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list is what it is cleared for
  useEffect(clear, [listKey, clear]);

  const toggle = useCallback((index: number, card: CardView) => {
    anchor.current = index;
    setAll(false);
    setChosen((now) => {
      const next = new Set(now);
      if (!next.delete(card.id)) next.add(card.id);
      return next;
    });
  }, []);
  const reach = useCallback((index: number) => {
    const from = anchor.current ?? index;
    anchor.current ??= index;
    cardsBetween(searched.current, Math.min(from, index), Math.max(from, index)).then((cards) => {
      setChosen((now) => new Set([...now, ...cards.map((card) => card.id)]));
    }, sayError);
  }, []);
  const all = useCallback(() => setAll(true), []);

  return useMemo(
    () => ({
      isAll,
      count: isAll ? total : chosen.size,
      isChoosing: isChoosing || isAll || chosen.size > 0,
      has: (id) => isAll || chosen.has(id),
      ids: () => [...chosen],
      toggle,
      reach,
      all,
      setChoosing,
      clear,
    }),
    [chosen, isAll, isChoosing, total, toggle, reach, all, clear],
  );
}
