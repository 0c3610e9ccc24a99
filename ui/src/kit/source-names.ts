/** What services and catalogues are called, by the names that the API knows them by. */
const NAMES: Record<string, string> = {
  netflix: "Netflix",
  youtube: "YouTube",
  letterboxd: "Letterboxd",
  goodreads: "Goodreads",
  storygraph: "StoryGraph",
  imdb: "IMDb",
  trakt: "Trakt",
  mediatheque: "Mediatheque",
  tmdb: "TMDB",
  starter: "Starter catalogue",
  "open-library": "Open Library",
  "google-books": "Google Books",
  wikidata: "Wikidata",
};

export function sourceName(source: string): string {
  return NAMES[source] ?? source.replaceAll(/[-_]/g, " ").replace(/^./, (first) => first.toLocaleUpperCase());
}
