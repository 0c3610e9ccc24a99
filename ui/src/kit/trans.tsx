/** What `<Trans>` becomes: Lingui's own, with values that stay text. Lingui alone reads "<b>" in a title as a tag of the message. */
import { Trans as LinguiTrans, type TransProps } from "@lingui/react";
import { Fragment } from "react";

export function Trans({ values, ...rest }: TransProps) {
  return <LinguiTrans {...rest} {...(values ? { values: inert(values) } : {})} />;
}

/** An element is put in as it is; a string would be taken apart. */
function inert(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === "string" && value.includes("<") ? <Fragment key={name}>{value}</Fragment> : value,
    ]),
  );
}
