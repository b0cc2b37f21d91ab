package dev.millrace.intake.fetch;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Tells addresses of the public internet from those of this machine and of networks around it. */
final class PublicAddresses {
  /** Besides what is reserved: where virtual machines of Azure are told their secrets. */
  private static final List<Block> NOT_PUBLIC_4 =
      blocks(
          "0.0.0.0/8",
          "10.0.0.0/8",
          "100.64.0.0/10",
          "127.0.0.0/8",
          "168.63.129.16/32",
          "169.254.0.0/16",
          "172.16.0.0/12",
          "192.0.0.0/24",
          "192.0.2.0/24",
          "192.88.99.0/24",
          "192.168.0.0/16",
          "198.18.0.0/15",
          "198.51.100.0/24",
          "203.0.113.0/24",
          "224.0.0.0/4",
          "240.0.0.0/4");

  private static final List<Block> PUBLIC_6 = blocks("2000::/3");

  /** Within the public range: Teredo and other tunnels, documentation, 6to4. */
  private static final List<Block> NOT_PUBLIC_6 =
      blocks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

  private PublicAddresses() {}

  /** What maps or translates addresses of version 4 (::ffff:0:0, 64:ff9b::) is not public. */
  static boolean includes(InetAddress address) {
    byte[] bytes = address.getAddress();
    return address instanceof Inet4Address
        ? within(NOT_PUBLIC_4, bytes).isEmpty()
        : !within(PUBLIC_6, bytes).isEmpty() && within(NOT_PUBLIC_6, bytes).isEmpty();
  }

  private static List<Block> within(List<Block> blocks, byte[] address) {
    return blocks.stream().filter(block -> block.holds(address)).toList();
  }

  private static List<Block> blocks(String... blocks) {
    return Stream.of(blocks).map(Block::of).toList();
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Block(byte[] network, int bits) {
    static Block of(String text) {
      int slash = text.indexOf('/');
      try {
        return new Block(
            InetAddress.getByName(text.substring(0, slash)).getAddress(),
            Integer.parseInt(text.substring(slash + 1)));
      } catch (UnknownHostException e) {
        throw new IllegalArgumentException("no address: " + text, e);
      }
    }

    boolean holds(byte[] address) {
      int whole = bits / 8;
      int mask = 0xff00 >> (bits % 8) & 0xff;
      return address.length == network.length
          && Arrays.equals(address, 0, whole, network, 0, whole)
          && (mask == 0 || (address[whole] & mask) == (network[whole] & mask));
    }
  }
}
