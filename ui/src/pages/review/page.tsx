/** Review. */
import { Trans, useLingui } from "@lingui/react/macro";
import { useTitle } from "@/kit/title";

export default function Review() {
  const { t } = useLingui();
  useTitle(t`Review`);
  return (
    <h1 className="text-3xl font-semibold">
      <Trans>Review</Trans>
    </h1>
  );
}
