/** The shape of a recording's sound, as lists show it: some dozens of bars drawn from its thousand peaks. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { cn } from "@/kit/classes";

/** The loudest of each of as many equal spans of a recording. */
async function peaksOf(id: number, signal: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(`/api/media/${id}/file/waveform`, { signal, credentials: "same-origin" });
  // A recording that was not unpacked yet has none: that is no failure.
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : new Uint8Array();
}

/** Whether something is near the view; lists ask for no waveform that nobody scrolls to. */
function useNear<T extends Element>(): [React.RefObject<T | null>, boolean] {
  const ref = useRef<T>(null);
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    if (!ref.current || isNear) return;
    const watching = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && setNear(true),
      { rootMargin: "200px" },
    );
    watching.observe(ref.current);
    return () => watching.disconnect();
  }, [isNear]);
  return [ref, isNear];
}

export function Waveform({
  id,
  bars = 48,
  isReady,
  className,
}: {
  id: number;
  bars?: number;
  /** Whether its sound was unpacked. */
  isReady: boolean;
  className?: string;
}) {
  const [ref, isNear] = useNear<SVGSVGElement>();
  const peaks = useQuery({
    queryKey: ["archive-waveform", id],
    queryFn: ({ signal }) => peaksOf(id, signal),
    enabled: isNear && isReady,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const heights = reduced(peaks.data, bars);
  return (
    <svg
      ref={ref}
      aria-hidden="true"
      viewBox={`0 0 ${bars * 3} 32`}
      preserveAspectRatio="none"
      className={cn("block", className)}
    >
      {heights.map((height, at) => (
        <rect
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
          key={at}
          x={at * 3 + 0.4}
          y={16 - height * 15}
          width="2.2"
          height={height * 30}
          rx="1"
          fill="currentColor"
        />
      ))}
    </svg>
  );
}

/** So many bars of all peaks: the mean of each span, drawn apart so that loud and quiet places are told at a glance. */
function reduced(peaks: Uint8Array | undefined, bars: number): number[] {
  if (!peaks?.length) return Array.from({ length: bars }, () => SMALLEST);
  const span = peaks.length / bars;
  const means = Array.from({ length: bars }, (_, at) => {
    const part = peaks.subarray(Math.floor(at * span), Math.max(Math.floor((at + 1) * span), at * span + 1));
    return part.reduce((sum, peak) => sum + peak, 0) / Math.max(1, part.length);
  });
  const loudest = Math.max(...means);
  // Speech is equally loud nearly everywhere: what little it differs by is what there is to see.
  const quietest = Math.min(...means) * 0.8;
  return means.map(
    (mean) => SMALLEST + (1 - SMALLEST) * ((mean - quietest) / Math.max(1, loudest - quietest)),
  );
}

const SMALLEST = 0.08;
