import { readFileSync } from "node:fs";

/** A certificate of our own for localhost, by the host's openssl(1); undefined where there is none. */
export function ownCertificate(): { readonly cert: string; readonly key: string } | undefined {
  const directory = Deno.makeTempDirSync();
  const [key, cert] = [`${directory}/key.pem`, `${directory}/cert.pem`];
  const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const about = ["-subj", "/CN=test", "-addext", "subjectAltName=DNS:localhost"];
  const leaf = ["-addext", "basicConstraints=critical,CA:FALSE"];
  try {
    const command = new Deno.Command("openssl", {
      args: [...args, ...about, ...leaf, "-keyout", key, "-out", cert],
      stdin: "null",
      stderr: "null",
    });
    if (!command.outputSync().success) return undefined;
    return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}
