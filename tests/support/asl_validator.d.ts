/** The package has no types of its own. */
declare module "asl-validator" {
  export default function validate(machine: unknown): { isValid: boolean; errors: unknown[] };
}
