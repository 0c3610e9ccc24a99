/** Library. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useTitle } from "@/kit/title";

export default function Library() {
  const { t } = useLingui();
  useTitle(t`Library`);
  return (
    <h1 className="text-3xl font-semibold">
      <Trans>Library</Trans>
    </h1>
  );
}
