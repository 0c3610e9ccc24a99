/** What the work on a recording is called, and which states belong together. */
import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { ENDED } from "@/api/live-jobs";
import type { Lane, State } from "@/api/schema";

export const STATE_NAMES: Record<State, MessageDescriptor> = {
  pending: msg`Waiting`,
  running: msg`At work`,
  extracting: msg`Unpacking`,
  fingerprinting: msg`Comparing`,
  transcribing: msg`Listening`,
  enriching: msg`Understanding`,
  embedding: msg`Indexing`,
  completed: msg`Ready`,
  duplicate: msg`Already here`,
  failed: msg`Failed`,
  cancelled: msg`Cancelled`,
};

export const STEP_NAMES: Record<string, MessageDescriptor> = {
  fetch: msg`Fetching`,
  normalise: msg`Unpacking the sound`,
  fingerprint: msg`Comparing with what is here`,
  captions: msg`Reading captions`,
  transcribe: msg`Listening`,
  speakers: msg`Telling speakers apart`,
  enrich: msg`Summing up`,
  passages: msg`Cutting into passages`,
  embed: msg`Making it findable`,
};

export const TASK_NAMES: Record<string, MessageDescriptor> = {
  import_batch: msg`Import`,
  process_media: msg`Recording`,
  embed_missing: msg`Finding by meaning`,
  sync_source: msg`Catalogue`,
  enrich_own: msg`Catalogue`,
  forget_lists: msg`Tidying up`,
  tidy_archive: msg`Tidying up`,
  refresh_graph: msg`Graph`,
  train_models: msg`Recommendations`,
};

export const LANE_NAMES: Record<Lane, { name: MessageDescriptor; about: MessageDescriptor }> = {
  interactive: { name: msg`Right away`, about: msg`What somebody waits for: new recordings and imports.` },
  bulk: { name: msg`In bulk`, about: msg`Many at once: feeds, folders, catalogues, indexing.` },
  heavy: {
    name: msg`Heavy work`,
    about: msg`Listening and training, which keep the processor busy for minutes.`,
  },
};

/** The states in which something is being done, or will be. */
export const WORKING: readonly State[] = [
  "pending",
  "running",
  "extracting",
  "fingerprinting",
  "transcribing",
  "enriching",
  "embedding",
];

export const isEnded = (state: State) => ENDED.has(state);
