public class Greeter {
  public static void main(String[] arguments) {
    System.out.println("hello from a layer");
  }
}
