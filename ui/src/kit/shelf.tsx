/** A row that goes on to the side: moved by finger, wheel, buttons and arrow keys; drawn when it comes near. */
import { useLingui } from "@lingui/react/macro";
import { ChevronLeft, ChevronRight } from "lucide-react";
import {
  Children,
  type ReactNode,
  type RefObject,
  startTransition,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { IconButton } from "./button";
import { cn } from "./classes";
import { Skeleton } from "./states";

type ShelfProps = {
  heading: ReactNode;
  /** A quiet line below the heading. */
  note?: ReactNode;
  /** What stands at the end of the heading's line. */
  action?: ReactNode;
  /** The width of one of its things, and its place while it is far away. */
  width?: string;
  placeholder?: ReactNode;
  className?: string;
  children: ReactNode;
};

/** Things side by side. What arrow keys move between carries `data-card`. */
export function Shelf({
  heading,
  note,
  action,
  width = CARD_WIDTH,
  placeholder = <CardSkeleton />,
  className,
  children,
}: ShelfProps) {
  const { t } = useLingui();
  const id = useId();
  const row = useRef<HTMLUListElement>(null);
  const isNear = useNear(row);
  const ends = useEnds(row, isNear);
  const things = Children.toArray(children);
  const page = (way: 1 | -1) =>
    row.current?.scrollBy({ left: way * row.current.clientWidth * 0.8, behavior: "smooth" });
  return (
    <section aria-labelledby={id} className={cn("group/shelf flex flex-col gap-3", className)}>
      <header className="flex items-end gap-3">
        <div className="min-w-0 grow">
          <h2 id={id} className="text-xl font-semibold sm:text-2xl">
            {heading}
          </h2>
          {note && <p className="mt-0.5 text-sm text-muted">{note}</p>}
        </div>
        {action}
        <div className={cn("hidden gap-1 md:flex", ends.isWhole && "invisible")}>
          <IconButton label={t`Back`} size="small" disabled={ends.isStart} onClick={() => page(-1)}>
            <ChevronLeft />
          </IconButton>
          <IconButton label={t`On`} size="small" disabled={ends.isEnd} onClick={() => page(1)}>
            <ChevronRight />
          </IconButton>
        </div>
      </header>
      <ul
        ref={row}
        onKeyDown={walk}
        className="-mx-4 flex snap-x snap-proximity scroll-px-4 gap-4 overflow-x-auto overscroll-x-contain px-4 pt-2 pb-3 [scrollbar-width:none] sm:-mx-6 sm:scroll-px-6 sm:gap-5 sm:px-6 lg:-mx-10 lg:scroll-px-10 lg:px-10"
      >
        {/* Far away one place keeps the height: a hundred skeletons that nobody sees cost the first paint. */}
        {(isNear ? things : things.slice(0, 1)).map((thing, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: Children.toArray has given the things keys; this is their place.
          <li key={at} className={cn("relative shrink-0 snap-start", width)}>
            {isNear ? thing : placeholder}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The width of a title's card. */
export const CARD_WIDTH = "w-36 sm:w-40 xl:w-44";

/** The place of a title's card, of exactly its size. */
export function CardSkeleton({ lines = 2 }: { lines?: 0 | 1 | 2 }) {
  return (
    <div aria-hidden className="flex flex-col gap-2">
      <Skeleton className="aspect-2/3 rounded-card" />
      <div className="flex h-8 items-center">
        <Skeleton className="h-4 w-24" />
      </div>
      {lines > 0 && (
        <div className={cn("flex flex-col gap-1.5 pt-1", lines === 2 ? "h-10" : "h-5")}>
          <Skeleton className="h-3 w-full" />
          {lines === 2 && <Skeleton className="h-3 w-2/3" />}
        </div>
      )}
    </div>
  );
}

/** A whole row that loads. */
export function ShelfSkeleton({
  count = 8,
  width = CARD_WIDTH,
  children = <CardSkeleton />,
}: {
  count?: number;
  width?: string;
  children?: ReactNode;
}) {
  return (
    <div aria-hidden className="flex flex-col gap-3">
      <Skeleton className="h-7 w-56 sm:h-8" />
      <div className="flex gap-4 overflow-hidden pt-2 pb-3 sm:gap-5">
        {Array.from({ length: count }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike.
          <div key={at} className={cn("shrink-0", width)}>
            {children}
          </div>
        ))}
      </div>
    </div>
  );
}

/** Whether something has come near what is seen; once it has, it stays so. */
export function useNear(of: RefObject<HTMLElement | null>): boolean {
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    if (isNear || !of.current) return;
    const watching = new IntersectionObserver(
      // In pieces: what is pressed meanwhile comes first.
      (seen) => seen.some((one) => one.isIntersecting) && startTransition(() => setNear(true)),
      { rootMargin: "500px 0px" },
    );
    watching.observe(of.current);
    return () => watching.disconnect();
  }, [isNear, of]);
  return isNear;
}

/** Which way a row can still go. */
function useEnds(of: RefObject<HTMLElement | null>, isDrawn: boolean) {
  const [ends, setEnds] = useState({ isStart: true, isEnd: false, isWhole: true });
  useEffect(() => {
    const row = of.current;
    if (!row || !isDrawn) return;
    const look = () => {
      const rest = row.scrollWidth - row.clientWidth;
      const isStart = row.scrollLeft < 8;
      const isEnd = row.scrollLeft > rest - 8;
      const isWhole = rest < 8;
      setEnds((was) =>
        was.isStart === isStart && was.isEnd === isEnd && was.isWhole === isWhole
          ? was
          : { isStart, isEnd, isWhole },
      );
    };
    look();
    row.addEventListener("scroll", look, { passive: true });
    const sized = new ResizeObserver(look);
    sized.observe(row);
    return () => {
      row.removeEventListener("scroll", look);
      sized.disconnect();
    };
  }, [of, isDrawn]);
  return ends;
}

/** Arrow keys on a card lead to its neighbours, Home and End to the first and the last. */
function walk(event: React.KeyboardEvent<HTMLUListElement>): void {
  if (!(event.target instanceof HTMLElement) || !event.target.hasAttribute("data-card")) return;
  const cards = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-card]")];
  const at = cards.indexOf(event.target);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: cards.length - 1 }[event.key];
  const next = to === undefined ? undefined : cards[to];
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ behavior: "smooth", block: "nearest", inline: "nearest" });
}
