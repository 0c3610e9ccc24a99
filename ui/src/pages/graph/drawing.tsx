/** The graph as a picture: things as dots, connections as lines, drawn by the graphics card. */
import Graph from "graphology";
import { type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import Sigma from "sigma";
import type { Placed, Wanted } from "./layout.worker";
import { colour, LOOKS, type NodeKind } from "./looks";

export type Dot = {
  node: string;
  name: string;
  kind: NodeKind /** 0 to 1: how large it is drawn. */;
  weight: number;
  group?: number | null;
  /** Where it stands; where the first has a place, all have, and nothing moves. */
  at?: readonly [number, number];
};
export type Line = { source: string; target: string; weight: number };

export type DrawingHandle = {
  zoom: (factor: number) => void;
  fit: () => void;
  centre: (node: string) => void;
};

type DrawingProps = {
  dots: readonly Dot[];
  lines: readonly Line[];
  /** What is pointed out: it and what is next to it stand out, and all else steps back. */
  focus: string | null;
  /** What everything is around; it has a ring. */
  centre?: string | undefined;
  onFocus: (node: string | null) => void;
  /** A second press, or a double one: go there. */
  onOpen: (node: string) => void;
  /** Colour by the group instead of the kind. */
  byGroup?: boolean;
  onUnable: () => void;
  ref?: Ref<DrawingHandle>;
};

const HUES = 7;

export function Drawing({
  dots,
  lines,
  focus,
  centre: start,
  onFocus,
  onOpen,
  byGroup = false,
  onUnable,
  ref,
}: DrawingProps) {
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<{ sigma: Sigma; graph: Graph } | null>(null);
  const pointed = useRef<string | null>(null);
  const heard = useRef({ onFocus, onOpen, onUnable, focus, start, byGroup });
  heard.current = { onFocus, onOpen, onUnable, focus, start, byGroup };
  const [theme, setTheme] = useState(0);

  useImperativeHandle(ref, () => ({
    zoom: (factor) => void drawn.current?.sigma.getCamera().animatedZoom({ factor, duration: 200 }),
    fit: () => void drawn.current?.sigma.getCamera().animatedReset({ duration: 250 }),
    centre: (node) => {
      const place = drawn.current?.sigma.getNodeDisplayData(node);
      if (place)
        void drawn.current?.sigma
          .getCamera()
          .animate({ x: place.x, y: place.y, ratio: 0.5 }, { duration: 300 });
    },
  }));

  // The theme changes the colours of everything that is drawn.
  useEffect(() => {
    const watcher = new MutationObserver(() => setTheme((count) => count + 1));
    watcher.observe(document.documentElement, { attributeFilter: ["class"] });
    return () => watcher.disconnect();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme is read from the document
  useEffect(() => {
    const container = box.current;
    if (!container) return;
    const graph = graphOf(dots, lines);
    const isFixed = dots[0]?.at !== undefined;
    const ink = colour("--ink");
    const quiet = colour("--edge");
    const paint = (dot: Record<string, unknown>) => {
      if (heard.current.byGroup && typeof dot.group === "number")
        return colour(`--hue-${(dot.group % HUES) + 1}`);
      return colour(LOOKS[dot.kind as NodeKind].hue);
    };
    const hues = new Map(graph.mapNodes((key, dot) => [key, paint(dot)]));
    let sigma: Sigma;
    try {
      sigma = new Sigma(graph, container, {
        labelFont: '"Inter Variable", sans-serif',
        labelSize: 13,
        labelWeight: "500",
        labelColor: { color: ink },
        labelRenderedSizeThreshold: dots.length > 120 ? 9 : 4,
        labelDensity: 0.7,
        zIndex: true,
        minCameraRatio: 0.05,
        stagePadding: 70,
        maxCameraRatio: 4,
        defaultDrawNodeHover: drawHover,
        ...(isFixed ? { defaultDrawNodeLabel: drawBelow } : {}),
        nodeReducer: (key, dot) => {
          const centre = pointed.current ?? heard.current.focus;
          const known = centre !== null && graph.hasNode(centre);
          const isNear = !known || key === centre || graph.areNeighbors(key, centre);
          return {
            ...dot,
            color: isNear ? (hues.get(key) ?? ink) : quiet,
            label: isNear ? (dot.label as string) : "",
            zIndex: isNear ? 1 : 0,
            highlighted: key === centre || (centre === null && key === heard.current.start),
            forceLabel: isFixed || key === centre || (known && isNear && graph.degree(centre) < 14),
          };
        },
        edgeReducer: (key, line) => {
          const centre = pointed.current ?? heard.current.focus;
          const known = centre !== null && graph.hasNode(centre);
          const isNear = known && graph.hasExtremity(key, centre);
          if (known && !isNear)
            return { ...line, color: quiet, size: 0.4, hidden: graph.size > 1500, zIndex: 0 };
          return { ...line, color: isNear ? colour("--strong-line") : quiet, zIndex: isNear ? 1 : 0 };
        },
      });
    } catch {
      heard.current.onUnable();
      return;
    }
    drawn.current = { sigma, graph };
    sigma.on("enterNode", ({ node }) => {
      pointed.current = node;
      container.style.cursor = "pointer";
      sigma.refresh({ skipIndexation: true });
    });
    sigma.on("leaveNode", () => {
      pointed.current = null;
      container.style.cursor = "";
      sigma.refresh({ skipIndexation: true });
    });
    sigma.on("clickNode", ({ node }) => heard.current.onFocus(node));
    sigma.on("clickStage", () => heard.current.onFocus(null));
    sigma.on("doubleClickNode", ({ node, preventSigmaDefault }) => {
      preventSigmaDefault();
      heard.current.onOpen(node);
    });
    const stop = isFixed ? () => undefined : place(graph, () => sigma.refresh());
    return () => {
      stop();
      sigma.kill();
      drawn.current = null;
    };
  }, [dots, lines, byGroup, theme]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the reducers read the focus; it only has to be drawn anew
  useEffect(() => {
    drawn.current?.sigma.refresh({ skipIndexation: true });
  }, [focus]);

  return <div ref={box} aria-hidden className="absolute inset-0" data-drawn={dots.length} />;
}

/** Things on a circle, the most telling in its middle, and the connections between them. */
function graphOf(dots: readonly Dot[], lines: readonly Line[]): Graph {
  const graph = new Graph({ multi: false, type: "undirected" });
  dots.forEach((dot, at) => {
    // The golden angle spreads evenly whatever their number; the same picture every time.
    const angle = at * 2.399963;
    const far = Math.sqrt(at);
    const [x, y] = dot.at ?? [far * Math.cos(angle), far * Math.sin(angle)];
    graph.addNode(dot.node, {
      label: dot.name,
      kind: dot.kind,
      group: dot.group,
      x,
      y,
      size: 4 + 11 * Math.sqrt(dot.weight),
    });
  });
  for (const { source, target, weight } of lines) {
    if (source === target || !graph.hasNode(source) || !graph.hasNode(target)) continue;
    graph.mergeEdge(source, target, { weight, size: 0.5 + weight * 1.6 });
  }
  return graph;
}

/** Let a worker find where everything stands; the picture follows as it settles. Returns how to stop it. */
function place(graph: Graph, onMoved: () => void): () => void {
  if (graph.order < 2) return () => undefined;
  const worker = new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<Placed>) => {
    for (const { key, x, y } of data) graph.mergeNodeAttributes(key, { x, y });
    onMoved();
  };
  const wanted: Wanted = {
    nodes: graph.mapNodes((key, { x, y, size }) => ({ key, x, y, size })),
    edges: graph.mapEdges((_key, { weight }, source, target) => ({ source, target, weight })),
    iterations: graph.order > 800 ? 180 : 320,
  };
  worker.postMessage(wanted);
  return () => worker.terminate();
}

type Hovered = { x: number; y: number; size: number; label: string | null; color: string };

/** So many characters of a name are written below a dot. */
const NAME = 24;

/** A name below its dot, where dots stand in rows. */
function drawBelow(
  context: CanvasRenderingContext2D,
  dot: Omit<Hovered, "label"> & { label?: string | null },
  settings: { labelSize: number; labelFont: string },
): void {
  if (!dot.label) return;
  const name = dot.label.length > NAME ? `${dot.label.slice(0, NAME - 1).trimEnd()}…` : dot.label;
  context.font = `500 ${settings.labelSize - 1}px ${settings.labelFont}`;
  context.textAlign = "center";
  // A rim in the colour of the ground keeps it readable over lines.
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeStyle = colour("--surface");
  context.strokeText(name, dot.x, dot.y + dot.size + settings.labelSize);
  context.fillStyle = colour("--ink");
  context.fillText(name, dot.x, dot.y + dot.size + settings.labelSize);
  context.textAlign = "start";
}

/** The label of what is pointed at, on a plate in the colours of the theme (sigma's own is white). */
function drawHover(
  context: CanvasRenderingContext2D,
  dot: Hovered,
  settings: { labelSize: number; labelFont: string },
): void {
  context.beginPath();
  context.arc(dot.x, dot.y, dot.size + 4, 0, Math.PI * 2);
  context.strokeStyle = dot.color;
  context.lineWidth = 2;
  context.stroke();
  if (!dot.label) return;
  context.font = `600 ${settings.labelSize}px ${settings.labelFont}`;
  const width = context.measureText(dot.label).width;
  const x = dot.x + dot.size + 8;
  context.fillStyle = colour("--raised");
  context.beginPath();
  context.roundRect(x - 4, dot.y - 13, width + 14, 26, 8);
  context.fill();
  context.fillStyle = colour("--ink");
  context.fillText(dot.label, x + 3, dot.y + settings.labelSize / 3);
}
