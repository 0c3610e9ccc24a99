/** Jobs. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useTitle } from "@/kit/title";

export default function Jobs() {
  const { t } = useLingui();
  useTitle(t`Jobs`);
  return (
    <h1 className="text-3xl font-semibold">
      <Trans>Jobs</Trans>
    </h1>
  );
}
