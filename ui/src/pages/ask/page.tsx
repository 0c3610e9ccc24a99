/** Ask. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useTitle } from "@/kit/title";

export default function Ask() {
  const { t } = useLingui();
  useTitle(t`Ask`);
  return (
    <h1 className="text-3xl font-semibold">
      <Trans>Ask</Trans>
    </h1>
  );
}
