/** Where the nodes of a drawing stand: ForceAtlas2, off the page's own thread. */
import Graph from "graphology";
import forceAtlas2 from "graphology-layout-forceatlas2";

export type Wanted = {
  /** Where each node stands now, in the order of the answer. */
  nodes: { key: string; x: number; y: number; size: number }[];
  edges: { source: string; target: string; weight: number }[];
  iterations: number;
};

export type Placed = { key: string; x: number; y: number }[];

self.onmessage = ({ data }: MessageEvent<Wanted>) => {
  const graph = new Graph({ multi: false, type: "undirected" });
  // The first is what is looked at: it stays in the middle, and the others find their places around it.
  data.nodes.forEach(({ key, ...place }, at) => {
    graph.addNode(key, { ...place, fixed: at === 0 });
  });
  for (const { source, target, weight } of data.edges) graph.mergeEdge(source, target, { weight });
  const settings = {
    ...forceAtlas2.inferSettings(graph),
    barnesHutOptimize: graph.order > 400,
    adjustSizes: graph.order < 400,
    gravity: 1.2,
    scalingRatio: 14,
    edgeWeightInfluence: 0.6,
  };
  const step = Math.max(1, Math.ceil(data.iterations / 12));
  for (let done = 0; done < data.iterations; done += step) {
    forceAtlas2.assign(graph, { iterations: step, settings });
    const placed: Placed = graph.mapNodes((key, { x, y }) => ({ key, x, y }));
    self.postMessage(placed);
  }
  self.close();
};
