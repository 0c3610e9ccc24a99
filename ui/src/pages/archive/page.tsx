/** Archive. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useTitle } from "@/kit/title";

export default function Archive() {
  const { t } = useLingui();
  useTitle(t`Archive`);
  return (
    <h1 className="text-3xl font-semibold">
      <Trans>Archive</Trans>
    </h1>
  );
}
