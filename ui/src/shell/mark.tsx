/** Our mark: an M that is a curtain, a pair of pages and a wave; the dot is you. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 64 64" aria-hidden="true" className={className}>
      <rect width="64" height="64" rx="16" fill="#e4572e" />
      <path
        d="M14 46V20a4 4 0 0 1 7-2.6L32 30l11-12.6A4 4 0 0 1 50 20v26"
        fill="none"
        stroke="#fff7ec"
        strokeWidth="7"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="32" cy="46" r="4.5" fill="#fff7ec" />
    </svg>
  );
}
