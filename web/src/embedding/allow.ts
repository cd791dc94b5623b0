/** What the frame may use of the machine: `allow` of the iframe, and what the pages around it may use themselves. */

/** What a call needs, and what it is better with. */
export const NEEDED = ['camera', 'microphone', 'autoplay'] as const;
export const WANTED = ['display-capture', 'fullscreen', 'screen-wake-lock'] as const;

/** For the iframe's attribute. Browsers pass over what they do not know. */
export const ALLOW = [...NEEDED, ...WANTED, 'speaker-selection'].join('; ');

export interface FeaturePolicy {
  allowsFeature(name: string): boolean;
  features?(): readonly string[];
}

/** Of this document, where the browser tells (Permissions Policy §11.2 as first made; Chromium). Null: it does not. */
export function policyOf(page: Document): FeaturePolicy | null {
  const { permissionsPolicy, featurePolicy } = page as Document & {
    readonly permissionsPolicy?: FeaturePolicy;
    readonly featurePolicy?: FeaturePolicy;
  };
  return permissionsPolicy ?? featurePolicy ?? null;
}

/** Those that the browser knows and this document may not use. */
export function missingFeatures(policy: FeaturePolicy | null): readonly string[] {
  if (policy === null) return [];
  const known = policy.features?.();
  return [...NEEDED, ...WANTED].filter((name) => (known?.includes(name) ?? true) && !policy.allowsFeature(name));
}

/** For the console of whoever embeds. */
export function missingText(features: readonly string[]): string {
  return (
    `vdx: the call's frame may not use ${features.join(', ')}. Put allow="${ALLOW}" on the iframe (<vdx-meeting> does), ` +
    `and see that no Permissions-Policy header of the pages around it forbids this.`
  );
}
