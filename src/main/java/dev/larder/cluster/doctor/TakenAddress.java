package dev.larder.cluster.doctor;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.larder.cluster.Node;
import dev.larder.engine.Endpoint;
import dev.larder.engine.Engine;
import dev.larder.engine.Network;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether a control-plane node still has the address that its cluster was made with: the one that
 * its API server's certificate names.
 */
record TakenAddress(NodeShell shell) implements Check {
  /** kubeadm's (kind, CAPD), minikube's and k3s's. */
  private static final String SCRIPT =
      """
      for file in /etc/kubernetes/pki/apiserver.crt /var/lib/minikube/certs/apiserver.crt \
          /var/lib/rancher/k3s/server/tls/serving-kube-apiserver.crt; do
        [ -s "$file" ] && exec cat "$file"
      done
      echo "the API server has no certificate yet" >&2
      exit 1
      """;

  /** The kind of a certificate's name that is an address. */
  private static final int ADDRESS = 7;

  @Override
  public Area area() {
    return Area.TAKEN_ADDRESS;
  }

  @Override
  public String subject() {
    return shell.node().name();
  }

  @Override
  public List<Finding> run() throws CheckException, IOException {
    List<String> named = addresses(shell.out(SCRIPT));
    Engine engine = shell.engine();
    for (Endpoint endpoint : shell.node().container().endpoints()) {
      Optional<Network> network = engine.network(endpoint.network());
      if (network.isPresent()) {
        List<Finding> findings = judge(shell.node(), named, network.get(), engine.podman());
        if (!findings.isEmpty()) {
          return findings;
        }
      }
    }
    return List.of();
  }

  /** The addresses that a certificate names. */
  static List<String> addresses(String pem) throws CheckException {
    try {
      X509Certificate certificate =
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(pem.getBytes(US_ASCII)));
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null
          ? List.of()
          : names.stream()
              .filter(name -> name.getFirst().equals(ADDRESS))
              .map(name -> String.valueOf(name.get(1)))
              .toList();
    } catch (CertificateException e) {
      throw new CheckException("the API server's certificate can't be read: " + e.getMessage());
    }
  }

  static List<Finding> judge(Node node, List<String> named, Network network, boolean podman) {
    Optional<String> now = node.container().endpoint(network.name()).flatMap(Endpoint::address);
    Optional<String> before =
        network.ipv4().stream()
            .flatMap(subnet -> inside(Ipv4.block(subnet.cidr()), named))
            .findFirst();
    if (now.isEmpty() || before.isEmpty() || named.contains(now.get())) {
      return List.of();
    }
    Optional<String> holder =
        network.members().stream()
            .filter(member -> member.address().equals(before))
            .map(Network.Member::name)
            .findFirst();
    String moved =
        "the cluster was made while the node had the address %s, and now it has %s"
            .formatted(before.get(), now.get());
    return List.of(
        holder.isPresent()
            ? new Finding(
                Area.TAKEN_ADDRESS,
                Severity.ERROR,
                node.name(),
                "%s: %s has taken it".formatted(moved, holder.get()),
                giveBack(podman ? "podman" : "docker", network, holder.get(), node.name()))
            : new Finding(
                Area.TAKEN_ADDRESS,
                Severity.WARNING,
                node.name(),
                moved + ": what knows the API server by its address doesn't find it",
                "make the cluster anew if something in it doesn't work"));
  }

  private static Stream<String> inside(Ipv4 block, List<String> addresses) {
    return addresses.stream().filter(address -> address.indexOf(':') < 0).filter(block::contains);
  }

  private static String giveBack(String tool, Network network, String holder, String node) {
    return ("%1$s network disconnect %2$s %3$s && %1$s restart %4$s && %1$s network connect %2$s"
            + " %3$s; Larder's own container gets a high address by larder up")
        .formatted(tool, network.name(), holder, node);
  }
}
