/** What is taken for a recording, and what for a link. */

const ENDINGS =
  /\.(mp3|m4a|m4b|aac|flac|ogg|oga|opus|wav|aiff?|wma|amr|ape|ac3|caf|mka|mp4|m4v|mov|mkv|webm|avi|mpe?g|ts|m2ts|wmv|flv|3gp|ogv)$/i;

/** Whether a file may be a recording; what it is really, its content says once it has arrived. */
export function isMedia(file: File): boolean {
  return /^(audio|video)\//.test(file.type) || ENDINGS.test(file.name);
}

/** The links in a text: one, or one a line. */
export function linksIn(text: string): string[] {
  return text.split(/\s+/).filter((part) => /^(https?:\/\/|www\.)\S+\.\S+/i.test(part));
}
